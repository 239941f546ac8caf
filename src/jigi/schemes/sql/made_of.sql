-- reads: registry_household: a household (the one parameter) and all those that were merged into it
WITH RECURSIVE part AS (
    SELECT %s::bigint AS id
    UNION
    SELECT household.id FROM part JOIN registry_household AS household ON household.merged_into_id = part.id
)
SELECT id FROM part
