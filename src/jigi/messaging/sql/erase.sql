-- reads: erased_household; writes: messaging_message of them: nobody is named, what waits does not leave
UPDATE messaging_message SET phone_sealed = '', phone_index = '', text_sealed = '', text_index = '',
    status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END
WHERE household IN (SELECT id FROM erased_household) AND (phone_sealed <> '' OR text_sealed <> '')
