from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_tables"),
        ("programmes", "0002_scope"),
    ]
    operations = [migrations.RunSQL(statement("payments", "fence"))]
