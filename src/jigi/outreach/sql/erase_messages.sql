-- reads: erased_household, erased_person, registry_phone; writes: messaging_message of them: nobody is named, what waits
-- does not leave
UPDATE messaging_message SET phone_sealed = '', phone_index = '', text_sealed = '',
    status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END
WHERE (household IN (SELECT id FROM erased_household) OR phone_index IN (SELECT number_index FROM registry_phone
        WHERE person_id IN (SELECT id FROM erased_person)))
    AND (phone_sealed <> '' OR text_sealed <> '')
