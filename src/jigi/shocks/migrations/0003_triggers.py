from django.db import migrations

from jigi.foundation.bulk import statement

UNDO = "DROP TRIGGER trigger_stays ON shocks_trigger; DROP FUNCTION shocks_trigger_stays()"


class Migration(migrations.Migration):
    dependencies = [("shocks", "0002_values")]

    operations = [migrations.RunSQL(statement("shocks", "triggers"), UNDO)]
