-- reads: schemes_benefit, registry_household: what was given, in all
WITH {sql:given}
SELECT NULL AS key, {sql:sums} FROM given
