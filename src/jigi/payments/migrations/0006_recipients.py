from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_held")]
    operations = [migrations.RunSQL(statement("payments", "recipients"))]
