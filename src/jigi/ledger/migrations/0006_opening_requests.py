import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0005_management_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OpeningRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='fichier')),
                ('file_hash', models.CharField(max_length=64, verbose_name='empreinte')),
                ('content', models.BinaryField(verbose_name='contenu')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='demandée le')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='décidée le')),
                ('refusal', models.CharField(blank=True, default='', max_length=300, verbose_name='motif du refus')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='ledger.opening')),
            ],
            options={
                'verbose_name': 'demande de reprise des soldes',
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('file_hash',), name='opening_request_waits_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('refusal', ''), ('taken__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('taken__isnull', True), models.Q(('refusal', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('refusal', ''), ('taken__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='opening_request_confirmed_by_another')],
            },
        ),
        migrations.RunSQL(statement("ledger", "opening_requests")),
    ]
