-- reads: the orders of one round that nobody may receive (unpayable.sql); how many
SELECT count(*) AS orders FROM (
{sql:unpayable}
) AS unpayable
