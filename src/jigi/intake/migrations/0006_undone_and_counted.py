import django.db.models.deletion
from django.db import migrations, models

from jigi.foundation.bulk import statement


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_saved_mapping"),
        ("registry", "0007_found_to_be_deleted"),
    ]
    operations = [
        migrations.AlterField("batch", "status", models.CharField(choices=[("received", "reçu"), ("checked", "contrôlé"), ("merged", "versé"), ("refused", "refusé"), ("undone", "défait")], default="received", max_length=10, verbose_name="état")),
        migrations.RunSQL(statement("intake", "guard_undo")),
        migrations.CreateModel(
            name='CheckCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='contrôle')),
                ('title', models.CharField(max_length=160, verbose_name='constat')),
                ('about', models.CharField(choices=[('interview', 'fiches'), ('member', 'membres'), ('enumerator', 'enquêteurs')], max_length=10, verbose_name='sur')),
                ('severity', models.CharField(choices=[('error', 'erreur'), ('warning', 'avertissement'), ('statistic', 'statistique')], max_length=9, verbose_name='gravité')),
                ('examined', models.BigIntegerField(verbose_name='examinés')),
                ('concerned', models.BigIntegerField(verbose_name='concernés')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='check_counts', to='intake.batch')),
            ],
            options={
                'verbose_name': 'compte d’un contrôle',
                'constraints': [models.UniqueConstraint(fields=('batch', 'code'), name='check_counted_once'), models.CheckConstraint(condition=models.Q(('concerned__gte', 0), ('examined__gte', models.F('concerned'))), name='check_names_among_those_seen')],
            },
        ),
        migrations.CreateModel(
            name='Fieldwork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('collector', models.CharField(blank=True, default='', max_length=60, verbose_name='enquêteur')),
                ('week', models.DateField(verbose_name='semaine du')),
                ('interviews', models.BigIntegerField(verbose_name='fiches')),
                ('members', models.BigIntegerField(verbose_name='membres')),
                ('minutes', models.FloatField(null=True, verbose_name='durée moyenne')),
                ('missing', models.FloatField(null=True, verbose_name='sans réponse')),
                ('minimal', models.FloatField(null=True, verbose_name='réponses minimales')),
                ('with_errors', models.BigIntegerField(verbose_name='fiches en erreur')),
                ('with_warnings', models.BigIntegerField(verbose_name='fiches à vérifier')),
                ('outlying', models.TextField(blank=True, default='', verbose_name='s’écarte par')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fieldwork', to='intake.batch')),
            ],
            options={
                'verbose_name': 'travail d’un enquêteur',
                'indexes': [models.Index(fields=['week', 'id'], name='fieldwork_by_week')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'collector', 'week'), name='fieldwork_once')],
            },
        ),
        migrations.RunSQL(statement("intake", "fence_fieldwork")),
    ]
