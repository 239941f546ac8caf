from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_forms")]
    operations = [migrations.RunSQL(statement("intake", "fence_submissions"))]
