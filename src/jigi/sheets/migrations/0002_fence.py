from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("sheets", "0001_initial"),
        ("geography", "0002_rights_and_scope"),
    ]
    operations = [migrations.RunSQL(statement("sheets", "fence"))]
