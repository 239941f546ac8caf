from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0008_reconciliation"),
        ("ledger", "0004_books"),
    ]
    operations = [migrations.RunSQL(statement("payments", "totals"))]
