-- reads: written_household, registry_household, intake_batch; writes: intake_correction, intake_setaside (what a review said
-- of their forms; before the households lose their source key)
WITH named AS (
    SELECT batch.id AS batch_id, household.source_key,
        'effacé:' || encode(sha256(convert_to(household.source_key, 'UTF8')), 'hex') AS digest
    FROM intake_batch AS batch
    JOIN registry_household AS household ON household.source = batch.source
    JOIN written_household AS written ON written.id = household.id
    WHERE household.source_key NOT LIKE 'effacé:%%' AND batch.asks_review
), aside AS (
    UPDATE intake_setaside AS aside SET key = named.digest, reason = 'Effacé avec le ménage', message = ''
    FROM named WHERE aside.batch_id = named.batch_id AND aside.key = named.source_key
)
UPDATE intake_correction AS correction
SET key = named.digest, reason = 'Effacé avec le ménage', before = '', sealed = ''
FROM named WHERE correction.batch_id = named.batch_id AND correction.key = named.source_key
