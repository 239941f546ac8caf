-- reads: registry_household; writes: erased_household (those that were merged into one of them, whose forms tell of it too)
WITH RECURSIVE absorbed AS (
    SELECT id FROM erased_household
    UNION
    SELECT household.id FROM registry_household AS household JOIN absorbed ON household.merged_into_id = absorbed.id
)
INSERT INTO erased_household SELECT id FROM absorbed ON CONFLICT DO NOTHING
