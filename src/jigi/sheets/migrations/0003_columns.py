from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sheets", "0002_fence"),
    ]

    operations = [
        migrations.AddField(
            model_name="printing",
            name="columns",
            field=models.PositiveSmallIntegerField(default=8, verbose_name="colonnes de membres"),
        ),
    ]
