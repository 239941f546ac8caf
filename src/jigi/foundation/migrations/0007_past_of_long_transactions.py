from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    """The functions of the past, written again for the databases that have the former ones."""

    dependencies = [("foundation", "0006_past")]
    operations = [migrations.RunSQL(statement("foundation", "past"))]
