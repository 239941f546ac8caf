-- reads: registry_household; writes: stage_household (known_id of forms whose household was erased: only their digest is
-- kept, so that a form found again in a drawer brings back nobody)
UPDATE stage_household AS target SET known_id = erased.id
FROM registry_household AS erased
WHERE target.known_id IS NULL AND erased.source = %(source)s AND erased.source_key LIKE 'effacé:%%'
    AND erased.source_key = 'effacé:' || encode(sha256(convert_to(target.key, 'UTF8')), 'hex')
