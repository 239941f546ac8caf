-- reads: gone_household, gone_person, the tables of the register and their past, intake_submission; how many of the
-- households have changed since they were written, and how many fiches could not come again
WITH members AS (
    SELECT household_id, person_id, member.recorded_at, person.recorded_at AS person_at, gone.recorded_at AS merged_at
    FROM gone_household AS gone
    JOIN registry_membership AS member ON member.household_id = gone.id
    JOIN gone_person AS person ON person.id = member.person_id
), since AS (
    SELECT person_id, recorded_at FROM registry_phone
    UNION ALL SELECT person_id, recorded_at FROM registry_identifier
    UNION ALL SELECT person_id, recorded_at FROM registry_health
), before AS (
    SELECT id AS person_id FROM registry_pastperson
    UNION ALL SELECT person_id FROM registry_pastphone
    UNION ALL SELECT person_id FROM registry_pastidentifier
    UNION ALL SELECT person_id FROM registry_pasthealth
), touched AS (
    SELECT gone.id FROM gone_household AS gone JOIN registry_pasthousehold USING (id)
    UNION SELECT gone.id FROM gone_household AS gone JOIN registry_pastmembership AS past ON past.household_id = gone.id
    UNION SELECT gone.id FROM gone_household AS gone
        JOIN registry_pastlivingconditions AS past ON past.household_id = gone.id
    UNION SELECT gone.id FROM gone_household AS gone
        JOIN registry_livingconditions AS living ON living.household_id = gone.id
        WHERE living.recorded_at <> gone.recorded_at
    UNION SELECT household_id FROM members WHERE recorded_at <> merged_at OR person_at <> merged_at
    UNION SELECT household_id FROM members JOIN since USING (person_id) WHERE since.recorded_at <> merged_at
    UNION SELECT household_id FROM members JOIN before USING (person_id)
)
SELECT 'ménage modifié' AS what, (SELECT count(*) FROM touched) AS rows
UNION ALL
SELECT 'fiche de téléphone dont les réponses ont été effacées', (
    SELECT count(*) FROM gone_household AS gone
    JOIN intake_submission AS submission ON submission.instance_id = gone.source_key
    JOIN intake_batch AS batch ON batch.id = submission.batch_id AND batch.source = gone.source
    WHERE submission.status = 'merged' AND submission.sealed = '')
