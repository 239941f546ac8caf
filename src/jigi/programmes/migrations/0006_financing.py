import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):

    dependencies = [
        ('geography', '0003_invitation'),
        ('programmes', '0005_amendments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strict', models.BooleanField(verbose_name='dépassement refusé')),
                ('lines_count', models.PositiveSmallIntegerField(verbose_name='lignes')),
                ('total_xof', models.BigIntegerField(verbose_name='total')),
            ],
            options={
                'verbose_name': 'budget d’une convention',
                'constraints': [models.CheckConstraint(condition=models.Q(('lines_count__gte', 1), ('total_xof__gt', 0)), name='budget_has_lines')],
            },
        ),
        migrations.CreateModel(
            name='BudgetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, verbose_name='ligne')),
                ('label', models.CharField(max_length=160, verbose_name='libellé')),
                ('purpose', models.CharField(choices=[('transfers', 'transferts'), ('fees', 'frais d’agence'), ('management', 'gestion')], max_length=12, verbose_name='objet')),
                ('component', models.CharField(blank=True, default='', max_length=90, verbose_name='composante')),
                ('year', models.PositiveSmallIntegerField(null=True, verbose_name='exercice')),
                ('amount_xof', models.BigIntegerField(verbose_name='montant')),
            ],
            options={
                'verbose_name': 'ligne de budget',
            },
        ),
        migrations.CreateModel(
            name='Eligibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('components', models.PositiveSmallIntegerField(verbose_name='composantes dites')),
                ('areas', models.PositiveSmallIntegerField(verbose_name='lieux dits')),
                ('periods', models.PositiveSmallIntegerField(verbose_name='périodes dites')),
            ],
            options={
                'verbose_name': 'éligibilité d’une convention',
            },
        ),
        migrations.CreateModel(
            name='EligibleItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('component', models.CharField(blank=True, default='', max_length=90, verbose_name='composante')),
                ('starts_on', models.DateField(null=True, verbose_name='échéances du')),
                ('ends_on', models.DateField(null=True, verbose_name='au')),
            ],
            options={
                'verbose_name': 'dépense éligible',
            },
        ),
        migrations.RemoveConstraint(
            model_name='amendment',
            name='amendment_says_what_it_changes',
        ),
        migrations.AlterField(
            model_name='amendment',
            name='kind',
            field=models.CharField(choices=[('extension', 'report de clôture'), ('addition', 'montant supplémentaire'), ('reduction', 'réduction du montant'), ('eligibility', 'dépenses éligibles'), ('budget', 'lignes du budget')], max_length=12, verbose_name='objet'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('amount_xof', None), ('closes_on__isnull', False), ('kind', 'extension')), models.Q(('amount_xof__gt', 0), ('amount_xof__isnull', False), ('closes_on', None), ('kind__in', ('addition', 'reduction'))), models.Q(('amount', None), ('amount_xof', None), ('closes_on', None), ('kind__in', ('eligibility', 'budget'))), _connector='OR'), name='amendment_says_what_it_changes'),
        ),
        migrations.AddField(
            model_name='budget',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budgets', to='programmes.agreement'),
        ),
        migrations.AddField(
            model_name='budget',
            name='amendment',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='budget', to='programmes.amendment'),
        ),
        migrations.AddField(
            model_name='budgetline',
            name='budget',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='programmes.budget'),
        ),
        migrations.AddField(
            model_name='eligibility',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='eligibilities', to='programmes.agreement'),
        ),
        migrations.AddField(
            model_name='eligibility',
            name='amendment',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='eligibility', to='programmes.amendment'),
        ),
        migrations.AddField(
            model_name='eligibleitem',
            name='area',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='geography.area'),
        ),
        migrations.AddField(
            model_name='eligibleitem',
            name='eligibility',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='programmes.eligibility'),
        ),
        migrations.AddConstraint(
            model_name='budget',
            constraint=models.UniqueConstraint(condition=models.Q(('amendment__isnull', True)), fields=('agreement',), name='budget_signed_once'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.UniqueConstraint(fields=('budget', 'code', 'year'), name='budget_line_code_once_a_year', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.UniqueConstraint(fields=('budget', 'purpose', 'component', 'year'), name='budget_line_purpose_once_a_year', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_xof__gt', 0)), name='budget_line_amount_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['transfers', 'fees', 'management'])), name='budget_line_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'management'), _negated=True), ('component', ''), _connector='OR'), name='budget_line_of_management_is_of_no_component'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('year__isnull', True), ('year__range', (1990, 2200)), _connector='OR'), name='budget_line_year_is_a_year'),
        ),
        migrations.AddConstraint(
            model_name='eligibility',
            constraint=models.UniqueConstraint(condition=models.Q(('amendment__isnull', True)), fields=('agreement',), name='eligibility_signed_once'),
        ),
        migrations.AddConstraint(
            model_name='eligibleitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('component', ''), _negated=True), ('area__isnull', True), ('ends_on__isnull', True), ('starts_on__isnull', True)), models.Q(('area__isnull', False), ('component', ''), ('ends_on__isnull', True), ('starts_on__isnull', True)), models.Q(('area__isnull', True), ('component', ''), ('ends_on__isnull', False), ('starts_on__isnull', False), ('ends_on__gte', models.F('starts_on'))), _connector='OR'), name='eligible_item_is_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='eligibleitem',
            constraint=models.UniqueConstraint(fields=('eligibility', 'component', 'area', 'starts_on', 'ends_on'), name='eligible_item_once', nulls_distinct=False),
        ),
        migrations.RunSQL(statement("programmes", "eligibility")),
        migrations.RunSQL(statement("programmes", "budgets")),
    ]
