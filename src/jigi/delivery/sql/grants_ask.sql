-- reads: delivery_grant*; writes: delivery_grantinstalment: asks for every instalment of a number that lacks nothing
WITH asked AS (
    SELECT instalment.id AS instalment_id, %(day)s::date AS day
    FROM delivery_grantinstalment AS instalment
    JOIN delivery_grant AS whole ON whole.id = instalment.grant_id
    WHERE instalment.call_id = %(call)s AND instalment.number = %(number)s AND instalment.status = 'planned'
        AND whole.status = 'running' AND whole.commune_id = ANY (%(communes)s::bigint[])
), evidence AS (
{sql:grants_evidence}
), judged AS (
{sql:grants_lacks}
)
UPDATE delivery_grantinstalment AS instalment
SET status = 'asked', asked_by_id = %(by)s, asked_at = now(), why = ''
FROM judged
WHERE instalment.id = judged.instalment_id AND cardinality(judged.lacks) = 0 AND instalment.status = 'planned'
