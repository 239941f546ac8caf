from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0011_exchanges"),
        ("ledger", "0004_books"),
        ("programmes", "0004_fees"),
    ]
    operations = [
        migrations.RunSQL(statement("payments", "fees")),
        migrations.RunSQL(statement("payments", "totals")),
        migrations.RunSQL(statement("payments", "advances")),
    ]
