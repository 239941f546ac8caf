-- reads: sharing_sharingdisclosure, sharing_sharingdelivery, sharing_sharingrequest, registry_household, registry_person,
-- changes_changerequest, sharing_sharingobjection; gives what a partner must now do with lines it was given under an
-- agreement, the latest line of each household or person: take it away, or correct it
WITH latest AS (
    SELECT DISTINCT ON (line.household_id, line.person_id) line.id, line.household_id, line.person_id, delivery.at,
        delivery.id AS told_in_id
    FROM sharing_sharingdisclosure AS line
    JOIN sharing_sharingdelivery AS delivery ON delivery.id = line.told_in_id
    JOIN sharing_sharingrequest AS request ON request.id = delivery.request_id
    WHERE request.agreement_id = %(agreement)s
    ORDER BY line.household_id, line.person_id, line.id DESC
), told AS (
    SELECT latest.id, latest.household_id, latest.person_id, latest.told_in_id, latest.at,
        CASE WHEN starts_with(household.source_key, 'effacé:') OR person.surname = 'effacée' AND person.given_names = 'Personne'
                THEN 'erased'
            WHEN EXISTS (
                SELECT FROM sharing_sharingobjection AS objection
                WHERE objection.lifted_at IS NULL AND objection.partner IN ('', %(partner)s)
                    AND (objection.person_id = latest.person_id OR objection.household_id = latest.household_id
                        AND (objection.person_id IS NULL OR latest.person_id IS NULL))) THEN 'opposed'
            WHEN EXISTS (
                SELECT FROM changes_changerequest AS change
                WHERE latest.household_id IN (change.household_id, change.other_id)
                    AND change.status IN ('approved', 'partly', 'undone') AND change.checked_at > latest.at) THEN 'changed'
        END AS kind
    FROM latest
    JOIN registry_household AS household ON household.id = latest.household_id
    LEFT JOIN registry_person AS person ON person.id = latest.person_id
)
SELECT id, household_id, person_id, told_in_id, at, kind FROM told
WHERE kind IS NOT NULL AND id > %(after)s ORDER BY id LIMIT %(most)s
