from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("targeting", "0001_initial")]
    operations = [migrations.RunSQL(statement("targeting", "frozen"))]
