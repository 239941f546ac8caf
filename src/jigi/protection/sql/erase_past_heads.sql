-- reads: erased_person, registry_membership, erased_household; writes: registry_pasthousehold (the name of an erased head, in
-- households that stay)
UPDATE registry_pasthousehold AS past SET head_name = 'Personne effacée'
FROM registry_membership AS head
WHERE head.household_id = past.id AND head.relation = 'head' AND head.person_id IN (SELECT id FROM erased_person)
    AND past.id NOT IN (SELECT id FROM erased_household)
