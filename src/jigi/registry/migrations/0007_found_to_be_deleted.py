from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_search_keys")]
    operations = [
        migrations.AddIndex("household", models.Index(fields=["batch_id"], name="household_by_batch")),
        migrations.AddIndex("person", models.Index(fields=["father"], name="person_by_father", condition=models.Q(father__isnull=False))),
        migrations.AddIndex("person", models.Index(fields=["mother"], name="person_by_mother", condition=models.Q(mother__isnull=False))),
    ]
