-- reads: erased_household, erased_person; writes: outreach_recipient of them: where they live is told no more
UPDATE outreach_recipient SET village = '', place = ''
WHERE (household_id IN (SELECT id FROM erased_household) OR person_id IN (SELECT id FROM erased_person))
    AND (village <> '' OR place <> '')
