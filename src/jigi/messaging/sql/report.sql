-- reads: one report; writes: messaging_message, delivered or not, whatever was known of it before
UPDATE messaging_message SET status = %(said)s, problem = %(reason)s, ended_at = now(),
    sent_at = coalesce(sent_at, now())
WHERE reference = %(reference)s AND status IN ('leaving', 'unclear', 'sent')
    OR reference = %(reference)s AND status = 'queued' AND posts > 0
