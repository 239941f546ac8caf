from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_seams"), ("programmes", "0006_financing")]
    operations = [
        migrations.RunSQL(statement("payments", "financing")),
        migrations.RunSQL(statement("payments", "charges")),
    ]
