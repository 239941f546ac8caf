"""Campaigns that look for displaced households where they stay."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('targeting', '0004_left_out'),
    ]

    operations = [
        migrations.AddField(
            model_name='targetinground',
            name='where_they_stay',
            field=models.BooleanField(db_default=False, default=False, verbose_name='déplacés où ils séjournent'),
        ),
    ]
