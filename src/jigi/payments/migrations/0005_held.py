from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_fence"),
    ]
    operations = [migrations.RunSQL(statement("payments", "held"))]
