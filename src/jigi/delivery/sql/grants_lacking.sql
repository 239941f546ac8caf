-- reads: delivery_grant*; what each of some instalments lacks on a day
WITH asked AS (
    SELECT id AS instalment_id, %(day)s::date AS day FROM unnest(%(instalments)s::bigint[]) AS id
), evidence AS (
{sql:grants_evidence}
)
SELECT judged.instalment_id, judged.lacks, evidence.receipts_xof, evidence.before_xof, evidence.visits,
    evidence.photos, evidence.training_days, evidence.days_since
FROM (
{sql:grants_lacks}
) AS judged JOIN evidence USING (instalment_id)
