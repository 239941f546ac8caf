from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_books'),
    ]

    operations = [
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('donor', 'bailleur'), ('available', 'disponible'), ('programme', 'réservé au programme'), ('agency', 'chez l’agence'), ('paid', 'versé aux ménages'), ('fees', 'frais d’agence réservés'), ('fees_held', 'frais d’agence remis'), ('fees_paid', 'frais d’agence versés'), ('treasury', 'trésorerie'), ('advance', 'avances à l’agence'), ('cleared', 'avances apurées'), ('management', 'frais de gestion')], max_length=12, verbose_name='nature'),
        ),
    ]
