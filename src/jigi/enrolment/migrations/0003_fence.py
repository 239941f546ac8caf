from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0002_initial"),
        ("programmes", "0002_scope"),
    ]
    operations = [migrations.RunSQL(statement("enrolment", "fence"))]
