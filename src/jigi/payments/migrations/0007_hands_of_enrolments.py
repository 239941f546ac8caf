from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_recipients"), ("enrolment", "0006_what_was_answered"), ("foundation", "0006_past")]
    operations = [migrations.RunSQL(statement("payments", "refuse_enroller"))]
