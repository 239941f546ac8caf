import django.db.models.deletion
from django.db import migrations, models

# What was no news by its time, when times were compared, is answered by its value.
ANSWERED = """
UPDATE enrolment_enrolment AS enrolled
SET followed_commune_id = CASE WHEN household.commune_id <> enrolled.commune_id
        AND household.recorded_at <= coalesce(enrolled.followed_at, enrolled.enrolled_at) THEN household.commune_id END,
    followed_recipient_id = CASE WHEN named.person_id <> enrolled.recipient_id
        AND named.recorded_at <= coalesce(enrolled.followed_at, enrolled.enrolled_at) THEN named.person_id END
FROM registry_household AS household
LEFT JOIN LATERAL (
    SELECT person_id, recorded_at FROM registry_membership
    WHERE household_id = household.id AND role = 'recipient' AND ended_on IS NULL
    ORDER BY unit, line LIMIT 1
) AS named ON true
WHERE household.id = enrolled.household_id AND enrolled.status <> 'exited'
    AND (household.commune_id <> enrolled.commune_id OR named.person_id <> enrolled.recipient_id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0005_followed_at'),
        ('geography', '0003_invitation'),
        ('registry', '0008_not_their_own_parent'),
    ]

    operations = [
        migrations.AddField(
            model_name='enrolment',
            name='followed_commune',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='geography.area', verbose_name='commune du ménage, déjà répondue'),
        ),
        migrations.AddField(
            model_name='enrolment',
            name='followed_recipient',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='registry.person', verbose_name='allocataire au registre, déjà répondu'),
        ),
        migrations.RunSQL(ANSWERED, migrations.RunSQL.noop),
    ]
