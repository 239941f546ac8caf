-- reads: schemes_benefit, registry_household: what was given, by month
WITH {sql:given}
SELECT date_trunc('month', given_from)::date AS key, {sql:sums} FROM given GROUP BY 1 ORDER BY 1
