-- reads: schemes_benefit, registry_household; gives, inside WITH, `given`: benefits of some schemes in some communes over a
-- period, with the household that lives on and its commune of today
given AS (
    SELECT benefit.scheme_id, benefit.person_id, benefit.amount_xof, benefit.given_from, served.id AS served_id,
        served.commune_id
    FROM schemes_benefit AS benefit
    JOIN registry_household AS household ON household.id = benefit.household_id
    JOIN registry_household AS served ON served.id
        = CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END
    WHERE benefit.scheme_id = ANY (%(schemes)s) AND served.commune_id = ANY (%(communes)s)
        AND benefit.given_from <= %(until)s AND coalesce(benefit.given_to, 'infinity') >= %(since)s
)
