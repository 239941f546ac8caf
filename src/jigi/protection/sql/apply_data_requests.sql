-- reads and writes: protection_datarequest (the words are emptied)
UPDATE protection_datarequest SET asker = '', identity_check = '', statement = '', answer = '',
    decision = CASE WHEN decision = '' THEN '' ELSE 'effacé' END, emptied_on = current_date
WHERE emptied_on IS NULL AND status IN ('done', 'refused', 'withdrawn')
    AND coalesce(done_at, decided_at, made_at) < %(before)s
