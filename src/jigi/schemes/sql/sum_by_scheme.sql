-- reads: schemes_benefit, registry_household: what was given, by scheme
WITH {sql:given}
SELECT scheme_id AS key, {sql:sums} FROM given GROUP BY scheme_id
