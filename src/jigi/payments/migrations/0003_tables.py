from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_initial"),
    ]
    operations = [migrations.RunSQL(statement("payments", "tables"))]
