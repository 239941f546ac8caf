from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("foundation", "0005_sealed_audit")]
    operations = [migrations.RunSQL(statement("foundation", "past"))]
