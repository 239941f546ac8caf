from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_kinds'),
    ]

    operations = [
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('donor', 'bailleur'), ('available', 'disponible'), ('programme', 'réservé au programme'), ('agency', 'chez l’agence'), ('paid', 'versé aux ménages'), ('management', 'frais de gestion')], max_length=12, verbose_name='nature'),
        ),
    ]
