import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0013_on_its_way'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='lossdecision',
            name='loss_decision_one_waits',
        ),
        migrations.AddField(
            model_name='lossdecision',
            name='amount_xof',
            field=models.BigIntegerField(db_default=0, verbose_name='montant'),
        ),
        migrations.AddField(
            model_name='lossdecision',
            name='rights',
            field=models.BigIntegerField(db_default=0, verbose_name='droits'),
        ),
        migrations.AddField(
            model_name='lossdecision',
            name='withdrawn_at',
            field=models.DateTimeField(null=True, verbose_name='retirée le'),
        ),
        migrations.AddField(
            model_name='lossdecision',
            name='withdrawn_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='retirée par'),
        ),
        migrations.AddField(
            model_name='lossdecision',
            name='withdrawn_why',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='motif du retrait'),
        ),
        migrations.AddConstraint(
            model_name='lossdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('entry__isnull', True), ('withdrawn_at__isnull', True)), fields=('component',), name='loss_decision_one_waits'),
        ),
        migrations.AddConstraint(
            model_name='lossdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True), ('withdrawn_why', '')), models.Q(('entry__isnull', True), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_why', ''), _negated=True)), _connector='OR'), name='loss_decision_withdrawn_says_why'),
        ),
        migrations.RunSQL(statement("payments", "seams")),
    ]
