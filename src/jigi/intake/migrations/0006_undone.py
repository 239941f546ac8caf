from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_saved_mapping"),
        ("registry", "0007_found_to_be_deleted"),
    ]
    operations = [
        migrations.AlterField("batch", "status", models.CharField(choices=[("received", "reçu"), ("checked", "contrôlé"), ("merged", "versé"), ("refused", "refusé"), ("undone", "défait")], default="received", max_length=10, verbose_name="état")),
        migrations.RunSQL(statement("intake", "guard_undo")),
    ]
