-- reads: erased_household, erased_person; writes: protection_datarequest (the words of their requests; kind, dates and
-- signatures stay)
UPDATE protection_datarequest SET asker = '', identity_check = '', statement = '', answer = '',
    decision = CASE WHEN decision = '' THEN '' ELSE 'effacé' END, emptied_on = current_date
WHERE (person_id IS NULL AND household_id IN (SELECT id FROM erased_household))
    OR person_id IN (SELECT id FROM erased_person)
