from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_books")]
    operations = [migrations.RunSQL(statement("payments", "on_its_way"))]
