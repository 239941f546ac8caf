from django.db import migrations, models

from jigi.foundation.bulk import statement
from jigi.geography.roles import write_rights


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0003_fence"),
        ("geography", "0001_initial"),
    ]
    operations = [
        migrations.AddField(
            model_name="staffposting",
            name="organisation",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="organisme"),
        ),
        migrations.RunSQL(statement("geography", "rights")),
        migrations.RunSQL(statement("geography", "scope")),
        migrations.RunPython(lambda apps, schema: write_rights(), migrations.RunPython.noop),
    ]
