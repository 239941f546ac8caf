-- reads: what chosen.sql reads; writes: sharing_sharingdisclosure (a line of each household or person that a delivery
-- tells, after a line given, as many as are asked, in the order of their numbers; with the head, whom content.sql names)
WITH {sql:chosen}
INSERT INTO sharing_sharingdisclosure (told_in_id, household_id, person_id, head_id)
SELECT %(delivery)s, household_id, person_id, (
    SELECT head.id FROM registry_membership AS member
    JOIN registry_person AS head ON head.id = member.person_id
        AND NOT (head.surname = 'effacée' AND head.given_names = 'Personne')
    WHERE chosen.person_id IS NULL AND %(fields)s::text[] && ARRAY['names', 'nina', 'phone']
        AND member.household_id = chosen.household_id AND member.relation = 'head' AND member.ended_on IS NULL)
FROM chosen
WHERE (household_id, coalesce(person_id, 0)) > (%(after_household)s, %(after_person)s)
ORDER BY household_id, person_id
LIMIT %(most)s
