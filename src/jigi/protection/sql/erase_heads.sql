-- reads: erased_person, registry_membership; writes: registry_household (the name of an erased head, in households that stay)
UPDATE registry_household AS household SET head_name = 'Personne effacée'
FROM registry_membership AS head
WHERE head.household_id = household.id AND head.relation = 'head' AND head.person_id IN (SELECT id FROM erased_person)
    AND household.id NOT IN (SELECT id FROM erased_household)
