"""What the database refuses of a decided response, and of the rounds that pay it."""

from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [("response", "0001_initial"), ("payments", "0019_earned")]

    operations = [
        migrations.AddConstraint(
            model_name="activation",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ("draft", "cancelled")), ("asked_at__isnull", False), _connector="OR"),
                name="activation_asked_on_a_day",
            ),
        ),
        migrations.RunSQL(statement("response", "decision")),
        migrations.RunSQL(statement("response", "ceiling")),
    ]
