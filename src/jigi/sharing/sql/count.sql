-- reads: what chosen.sql reads; gives the households and persons that a request would tell, and the households of which
-- somebody is left out by an opposition
WITH {sql:chosen}
SELECT (SELECT count(DISTINCT household_id) FROM kept) AS households,
    (SELECT count(DISTINCT person_id) FROM kept) AS persons,
    (SELECT count(DISTINCT household_id) FROM (TABLE met EXCEPT TABLE kept) AS left_out) AS opposed
