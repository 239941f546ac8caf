-- reads: registry_identifier, registry_membership; writes: stage_benefit (the person of a NINA, and their household of
-- today where the line gives no RSU number: the one lived in before the one shared)
UPDATE stage_benefit AS target SET person_id = held.person_id,
    found_id = CASE WHEN target.rsu IS NULL THEN home.household_id ELSE target.found_id END
FROM registry_identifier AS held
LEFT JOIN LATERAL (
    SELECT household_id FROM registry_membership
    WHERE person_id = held.person_id AND ended_on IS NULL ORDER BY shared, id LIMIT 1
) AS home ON true
WHERE held.kind = 'nina' AND held.value_index = target.nina_index
