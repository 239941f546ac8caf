from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_fence")]
    operations = [
        migrations.AddIndex("enrolment", models.Index(fields=["alternate"], name="enrolment_by_alternate", condition=models.Q(alternate__isnull=False))),
    ]
