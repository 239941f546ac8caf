-- reads: messaging_message that waits, messaging_optout; writes: messaging_message, which leaves from here on, or does not
WITH due AS (
    SELECT id FROM messaging_message
    WHERE status = 'queued' AND next_at <= %(at)s AND (urgent OR NOT %(quiet)s)
    ORDER BY next_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), judged AS (
    SELECT due.id, CASE
        WHEN own.expires_at <= %(at)s THEN 'expired'
        WHEN EXISTS (SELECT FROM messaging_optout AS said
            WHERE said.phone_index = own.phone_index AND said.ended_at IS NULL) THEN 'withheld'
        ELSE 'leaving' END AS status
    FROM due JOIN messaging_message AS own ON own.id = due.id
)
UPDATE messaging_message AS own SET status = judged.status, turn = turn + 1, problem = '',
    posts = posts + (judged.status = 'leaving')::int,
    leaves_until = CASE judged.status WHEN 'leaving' THEN %(until)s::timestamptz ELSE leaves_until END,
    next_at = CASE judged.status WHEN 'leaving' THEN %(until)s::timestamptz ELSE next_at END,
    ended_at = CASE judged.status WHEN 'leaving' THEN NULL ELSE %(at)s::timestamptz END
FROM judged WHERE own.id = judged.id
RETURNING own.id, own.status, own.turn, own.posts, own.asked, own.reference, own.channel, own.sender, own.language,
    own.recording, own.phone_sealed, own.text_sealed
