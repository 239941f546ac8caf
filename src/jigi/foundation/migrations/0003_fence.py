from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0002_append_only"),
    ]
    operations = [
        migrations.RunSQL(statement("foundation", "fence")),
        migrations.RunSQL(statement("foundation", "partitions")),
    ]
