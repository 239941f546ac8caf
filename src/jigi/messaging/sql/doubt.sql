-- reads: messaging_message that left and was not heard of, or was sent and not reported; writes: messaging_message, asked about
WITH due AS (
    SELECT id FROM messaging_message
    WHERE status IN ('leaving', 'unclear', 'sent') AND next_at <= %(at)s
    ORDER BY next_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE messaging_message AS own SET turn = turn + 1, asked = least(asked + 1, 30000), next_at = %(until)s,
    status = CASE own.status WHEN 'leaving' THEN 'unclear' ELSE own.status END,
    problem = CASE own.status WHEN 'leaving' THEN 'interrompu avant la réponse' ELSE own.problem END
FROM due WHERE own.id = due.id
RETURNING own.id, own.status, own.turn, own.asked, own.reference, own.leaves_until
