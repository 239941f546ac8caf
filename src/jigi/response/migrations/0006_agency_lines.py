"""Lines of agencies' lists that a person compares with the register."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('response', '0005_documents'),
        ('schemes', '0002_fence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AgencyLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.BigIntegerField(verbose_name='ligne')),
                ('name', models.CharField(blank=True, default='', max_length=120, verbose_name='nom lu')),
                ('village', models.CharField(blank=True, default='', max_length=120, verbose_name='village lu')),
                ('status', models.CharField(choices=[('waiting', 'à départager'), ('matched', 'reconnue'), ('nobody', 'à enquêter')], default='waiting', max_length=10, verbose_name='état')),
                ('score', models.PositiveSmallIntegerField(null=True, verbose_name='ressemblance')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='départagée le')),
                ('arm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agency_lines', to='response.arm')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schemes.benefitbatch', verbose_name='lot')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'ligne d’une liste d’organisme',
                'constraints': [models.UniqueConstraint(fields=('arm', 'batch', 'line'), name='agency_line_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('score', None), ('status', 'waiting'), models.Q(('name', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('name', ''), ('score', None), ('status', 'nobody'), ('village', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('name', ''), ('status', 'matched'), ('village', ''), ('score__gte', 0), ('score__lte', 100)), _connector='OR'), name='agency_line_decided_forgets_its_name')],
            },
        ),
        migrations.RunSQL(statement("response", "agency_fence")),
    ]
