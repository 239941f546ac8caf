from django.contrib.postgres.functions import TransactionNow
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("foundation", "0005_sealed_audit")]
    operations = [
        migrations.RunSQL(statement("foundation", "past")),
        migrations.AlterField(
            "auditevent", "at", models.DateTimeField(db_default=TransactionNow(), verbose_name="quand")
        ),
    ]
