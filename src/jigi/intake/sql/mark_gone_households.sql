-- reads and locks: registry_household; creates: gone_household (those that a batch wrote)
CREATE TEMP TABLE gone_household AS
SELECT id, source, source_key, recorded_at FROM registry_household WHERE batch_id = %(batch)s ORDER BY id FOR UPDATE
