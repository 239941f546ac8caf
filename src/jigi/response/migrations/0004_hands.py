"""Who had a hand in a request; arms that finish with their response; one household once in a response."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0019_earned"),
        ("response", "0003_arms"),
        ("schemes", "0002_fence"),
        ("targeting", "0005_where_they_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Hand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'main d’une demande',
            },
        ),
        migrations.RemoveConstraint(
            model_name='arm',
            name='arm_has_places',
        ),
        migrations.AlterField(
            model_name='arm',
            name='status',
            field=models.CharField(choices=[('planned', 'prévu'), ('listed', 'liste établie'), ('enrolled', 'ménages inscrits'), ('cancelled', 'abandonné'), ('ended', 'fini sans inscription')], default='planned', max_length=10, verbose_name='état'),
        ),
        migrations.AlterField(
            model_name='scenario',
            name='days_to_first_payment',
            field=models.PositiveIntegerField(verbose_name='jours jusqu’au premier paiement'),
        ),
        migrations.AlterField(
            model_name='scenario',
            name='days_to_last_payment',
            field=models.PositiveIntegerField(verbose_name='jours jusqu’au dernier paiement'),
        ),
        migrations.AddConstraint(
            model_name='arm',
            constraint=models.CheckConstraint(condition=models.Q(('places__gt', 0), ('places__lte', 5000000)), name='arm_has_places'),
        ),
        migrations.AddField(
            model_name='hand',
            name='activation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hands', to='response.activation'),
        ),
        migrations.AddField(
            model_name='hand',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='hand',
            constraint=models.UniqueConstraint(fields=('activation', 'user'), name='hand_once'),
        ),
        migrations.RunSQL(statement("response", "hands")),
        migrations.RunSQL(statement("response", "served")),
    ]
