-- reads: erased_household, erased_person; writes: delivery_worker (why somebody left, in words; their days and wages stay)
UPDATE delivery_worker SET end_reason = 'effacé'
WHERE end_reason <> '' AND (household_id IN (SELECT id FROM erased_household) OR person_id IN (SELECT id FROM erased_person))
