from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0008_not_their_own_parent'),
    ]

    operations = [
        migrations.RunSQL(statement("registry", "residence_by_index")),
    ]
