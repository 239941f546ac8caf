from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]
    operations = [migrations.RunSQL(statement("sharing", "frozen"))]
