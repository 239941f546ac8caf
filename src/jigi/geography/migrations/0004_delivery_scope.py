from django.db import migrations

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("geography", "0003_invitation")]

    # What is delivered has a family of rows of its own: who follows worksites sees no payment by it.
    operations = [migrations.RunSQL(statement("geography", "scope"))]
