-- reads: sharing_sharingdisclosure, sharing_sharingdelivery, sharing_sharingrequest, registry_household, registry_person,
-- registry_membership, changes_changerequest, sharing_sharingobjection; gives what a partner must now do with lines it was
-- given under an agreement, the latest line of each household or person: take it away, or correct it. It goes from who is
-- erased, opposed or changed to the lines: those told grow with every reading
WITH RECURSIVE gone_household AS (
    SELECT id FROM registry_household WHERE starts_with(source_key, 'effacé:')
), gone_person AS (
    SELECT id FROM registry_person
    WHERE surname_key = jigi_last_word_key('effacée') AND given_key = jigi_first_word_key('Personne')
        AND surname = 'effacée' AND given_names = 'Personne'
), opposing AS (
    SELECT household_id, person_id FROM sharing_objectors(%(partner)s)
), standing AS (
    -- With the households that were merged into theirs, under whose number lines were told.
    SELECT household_id, person_id FROM opposing
    UNION
    SELECT merged.id, standing.person_id
    FROM registry_household AS merged JOIN standing ON merged.merged_into_id = standing.household_id
), opposed_person AS (
    SELECT objection.person_id FROM sharing_sharingobjection AS objection
    WHERE objection.person_id IS NOT NULL AND objection.lifted_at IS NULL AND objection.partner IN ('', %(partner)s)
    UNION
    SELECT member.person_id FROM opposing
    JOIN registry_membership AS member ON member.household_id = opposing.household_id AND member.ended_on IS NULL
    WHERE opposing.person_id IS NULL
), changed AS (
    SELECT place.household_id, max(change.checked_at) AS last
    FROM changes_changerequest AS change
    CROSS JOIN LATERAL (VALUES (change.household_id), (change.other_id)) AS place (household_id)
    WHERE change.status IN ('approved', 'partly', 'undone') AND place.household_id IS NOT NULL
    GROUP BY place.household_id
), person AS (
    TABLE gone_person UNION TABLE opposed_person
), household AS (
    TABLE gone_household
    UNION
    SELECT household_id FROM standing
    UNION
    SELECT household_id FROM changed
    UNION
    SELECT line.household_id FROM person JOIN sharing_sharingdisclosure AS line ON line.head_id = person.id
), concerned AS (
    SELECT line.* FROM household JOIN sharing_sharingdisclosure AS line ON line.household_id = household.id
    UNION
    SELECT line.* FROM person JOIN sharing_sharingdisclosure AS line ON line.person_id = person.id
), latest AS (
    SELECT DISTINCT ON (line.household_id, line.person_id) line.id, line.household_id, line.person_id, line.head_id,
        delivery.at, delivery.id AS told_in_id
    FROM concerned AS line
    JOIN sharing_sharingdelivery AS delivery ON delivery.id = line.told_in_id
    JOIN sharing_sharingrequest AS request ON request.id = delivery.request_id
    WHERE request.agreement_id = %(agreement)s
    ORDER BY line.household_id, line.person_id, line.id DESC
), told AS (
    SELECT latest.id, latest.household_id, latest.person_id, latest.told_in_id, latest.at,
        CASE WHEN latest.household_id IN (TABLE gone_household)
                OR coalesce(latest.person_id, latest.head_id) IN (TABLE gone_person) THEN 'erased'
            WHEN coalesce(latest.person_id, latest.head_id) IN (TABLE opposed_person)
                OR latest.household_id IN (SELECT household_id FROM standing WHERE person_id IS NULL)
                OR latest.person_id IS NULL AND latest.household_id IN (SELECT household_id FROM standing) THEN 'opposed'
            WHEN latest.at < (SELECT last FROM changed WHERE changed.household_id = latest.household_id) THEN 'changed'
        END AS kind
    FROM latest
)
SELECT id, household_id, person_id, told_in_id, at, kind FROM told
WHERE kind IS NOT NULL AND id > %(after)s ORDER BY id LIMIT %(most)s
