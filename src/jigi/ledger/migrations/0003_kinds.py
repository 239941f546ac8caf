from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_tables")]
    operations = [migrations.RunSQL(statement("ledger", "kinds"))]
