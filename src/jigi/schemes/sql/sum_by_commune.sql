-- reads: schemes_benefit, registry_household: what was given, by commune
WITH {sql:given}
SELECT commune_id AS key, {sql:sums} FROM given GROUP BY commune_id
