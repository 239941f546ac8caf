from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("foundation", "0003_fence"),
    ]
    operations = [migrations.RunSQL(statement("ledger", "tables"))]
