-- reads: what chosen.sql reads; writes: sharing_sharingdisclosure (a line of each household or person that a delivery
-- tells, after a line given, as many as are asked, in the order of their numbers)
WITH {sql:chosen}
INSERT INTO sharing_sharingdisclosure (told_in_id, household_id, person_id)
SELECT %(delivery)s, household_id, person_id FROM chosen
WHERE (household_id, coalesce(person_id, 0)) > (%(after_household)s, %(after_person)s)
ORDER BY household_id, person_id
LIMIT %(most)s
