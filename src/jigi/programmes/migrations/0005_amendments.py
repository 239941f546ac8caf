import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0004_fees'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AgreementDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('kind', models.CharField(choices=[('application/pdf', 'PDF'), ('image/jpeg', 'photographie JPEG'), ('image/png', 'image PNG')], max_length=20, verbose_name='type')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('content', models.BinaryField(verbose_name='contenu')),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='jointe le')),
            ],
            options={
                'verbose_name': 'document d’une convention',
            },
        ),
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='avenant')),
                ('kind', models.CharField(choices=[('extension', 'report de clôture'), ('addition', 'montant supplémentaire'), ('reduction', 'réduction du montant')], max_length=12, verbose_name='objet')),
                ('closes_on', models.DateField(null=True, verbose_name='nouvelle clôture')),
                ('amount_xof', models.BigIntegerField(null=True, verbose_name='montant')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name='montant en monnaie de la convention')),
                ('rate', models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='cours')),
                ('rate_on', models.DateField(null=True, verbose_name='date du cours')),
                ('signed_on', models.DateField(verbose_name='signature')),
                ('reason', models.CharField(max_length=500, verbose_name='motif')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='demandé le')),
            ],
            options={
                'verbose_name': 'avenant',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='amendment_is_numbered_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('amount_xof', None), ('closes_on__isnull', False), ('kind', 'extension')), models.Q(('amount_xof__gt', 0), ('amount_xof__isnull', False), ('closes_on', None), ('kind__in', ('addition', 'reduction'))), _connector='OR'), name='amendment_says_what_it_changes'), models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('rate', None), ('rate_on', None)), models.Q(('amount__gt', 0), ('amount__isnull', False), ('rate__gt', 0), ('rate__isnull', False), ('rate_on__isnull', False), ('amount_xof', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('amount'), '*', models.F('rate'))))), _connector='OR'), name='amendment_amount_is_converted'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='amendment_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='AmendmentDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed', models.BooleanField(verbose_name='confirmé')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='motif')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='décidé le')),
            ],
            options={
                'verbose_name': 'décision sur un avenant',
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='amount',
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name='montant en monnaie de la convention'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='currency',
            field=models.CharField(default='XOF', max_length=3, verbose_name='monnaie'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='management_bp',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='frais de gestion, en dix-millièmes'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='rate',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='cours'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='rate_on',
            field=models.DateField(null=True, verbose_name='date du cours'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='signed_on',
            field=models.DateField(null=True, verbose_name='signature'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('currency', 'XOF'), ('rate', None), ('rate_on', None)), models.Q(models.Q(('currency', 'XOF'), _negated=True), ('amount__gt', 0), ('amount__isnull', False), ('rate__gt', 0), ('rate__isnull', False), ('rate_on__isnull', False)), _connector='OR'), name='agreement_currency_has_a_dated_rate'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('amount', None), ('amount_xof', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('amount'), '*', models.F('rate')))), _connector='OR'), name='agreement_amount_is_converted'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('management_bp__lt', 10000)), name='agreement_management_is_a_part'),
        ),
        migrations.AddField(
            model_name='agreementdocument',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='agreementdocument',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='programmes.agreement'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='programmes.agreement'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='amendment',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.agreementdocument'),
        ),
        migrations.AddField(
            model_name='amendmentdecision',
            name='amendment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='programmes.amendment'),
        ),
        migrations.AddField(
            model_name='amendmentdecision',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='agreementdocument',
            constraint=models.UniqueConstraint(fields=('agreement', 'sha256'), name='agreement_document_once'),
        ),
        migrations.AddConstraint(
            model_name='agreementdocument',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('application/pdf', 'image/jpeg', 'image/png'))), name='agreement_document_kind'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.UniqueConstraint(fields=('agreement', 'number'), name='amendment_number_once'),
        ),
        migrations.AddConstraint(
            model_name='amendmentdecision',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='amendment_refusal_has_a_reason'),
        ),
        migrations.RunSQL(statement("programmes", "amendments")),
    ]
