-- creates: schemes_survivor(), the household that a merged one has become at last; itself when it was never merged
CREATE FUNCTION schemes_survivor(merged bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE step AS (
        SELECT id, merged_into_id FROM registry_household WHERE id = merged
        UNION
        SELECT household.id, household.merged_into_id
        FROM step JOIN registry_household AS household ON household.id = step.merged_into_id
    )
    SELECT id FROM step WHERE merged_into_id IS NULL
$$
