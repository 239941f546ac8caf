-- reads: erased_household; writes: outreach_recipient of them: where they live is told no more
UPDATE outreach_recipient SET village = '', place = '' WHERE household_id IN (SELECT id FROM erased_household)
    AND (village <> '' OR place <> '')
