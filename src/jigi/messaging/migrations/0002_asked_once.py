from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['phone_index'], name='message_to_a_telephone'),
        ),
        migrations.RunSQL(statement('messaging', 'fence_by_sets')),
    ]
