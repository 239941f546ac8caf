from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0008_reconciliation"),
        ("ledger", "0004_books"),
        ("programmes", "0003_fees"),
    ]
    operations = [
        migrations.RunSQL(statement("payments", "fees")),
        migrations.RunSQL(statement("payments", "totals")),
        migrations.RunSQL(statement("payments", "advances")),
    ]
