from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_left_out")]
    operations = [migrations.RunSQL(statement("outreach", "told_since"))]
