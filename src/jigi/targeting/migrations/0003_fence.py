from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("targeting", "0002_frozen"),
        ("geography", "0002_rights_and_scope"),
    ]
    operations = [migrations.RunSQL(statement("targeting", "fence"))]
