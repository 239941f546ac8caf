-- reads: a row of foundation_auditevent, called « event »; the digest of all its columns, the same in any session
sha256(convert_to(ROW(event.id, extract(epoch FROM event.at), event.by_id, event.origin, event.verb, event.noun,
    event.object_id, event.before, event.after, event.reason, event.subjects)::text, 'UTF8'))
