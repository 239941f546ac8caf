-- reads: erased_household, erased_person; writes: delivery_workaccident (what happened and what was done, in words; the day,
-- its gravity and the worksite stay)
UPDATE delivery_workaccident SET description = 'effacé', first_aid = 'effacé',
    taken_to = CASE WHEN taken_to = '' THEN '' ELSE 'effacé' END,
    withdrawn_why = CASE WHEN withdrawn_why = '' THEN '' ELSE 'effacé' END
WHERE household_id IN (SELECT id FROM erased_household) OR person_id IN (SELECT id FROM erased_person)
