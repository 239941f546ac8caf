from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("results", "0005_questions")]
    operations = [migrations.RunSQL(statement("results", "guard_signature"))]
