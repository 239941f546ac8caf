"""The signed papers of a response."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('response', '0004_hands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paper', models.CharField(choices=[('request', 'demande de mise en œuvre'), ('plan', 'plan national de réponse'), ('decision', 'décision signée'), ('renewal', 'prolongation signée'), ('other', 'autre pièce')], max_length=10, verbose_name='pièce')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('kind', models.CharField(choices=[('application/pdf', 'PDF'), ('image/jpeg', 'photographie JPEG'), ('image/png', 'image PNG')], max_length=20, verbose_name='type')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('content', models.BinaryField(verbose_name='contenu')),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='jointe le')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='retirée le')),
                ('activation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='response.activation')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'pièce d’une réponse',
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('activation', 'paper', 'sha256'), name='response_document_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('application/pdf', 'image/jpeg', 'image/png'))), name='response_document_kind')],
            },
        ),
        migrations.RunSQL(statement("response", "documents")),
    ]
