-- reads: the rows given, one column each; writes: messaging_message, each cause once
INSERT INTO messaging_message (cause, batch, channel, template, language, sender, phone_sealed, phone_index, text_sealed,
    recording, segments, cost_xof, household, area_id, programme_code, organisation, urgent, status, turn,
    posts, asked, expires_at, next_at, problem, provider_reference, queued_by_id)
SELECT given.cause, %(batch)s, %(channel)s, %(template)s, %(language)s, given.sender, given.phone, given.phone_index,
    given.words, given.recording, given.segments, given.cost, given.household, given.area, given.programme,
    given.organisation, %(urgent)s, 'queued', 0, 0, 0, %(expires_at)s, %(not_before)s, '', '', %(by)s
FROM unnest(%(causes)s::text[], %(senders)s::text[], %(phones)s::bytea[], %(indexes)s::bytea[], %(texts)s::bytea[],
    %(recordings)s::text[], %(segments)s::smallint[], %(costs)s::bigint[], %(households)s::bigint[], %(areas)s::bigint[],
    %(programmes)s::text[], %(organisations)s::text[])
    AS given (cause, sender, phone, phone_index, words, recording, segments, cost, household, area, programme, organisation)
ORDER BY given.cause
ON CONFLICT (cause) DO NOTHING
