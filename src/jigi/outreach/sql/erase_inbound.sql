-- reads: erased_person, registry_phone; writes: messaging_inbound, what they wrote: a stop stays, by its hash
UPDATE messaging_inbound SET phone_sealed = '', phone_index = '', text_sealed = ''
WHERE phone_sealed <> '' AND phone_index IN (SELECT number_index FROM registry_phone
    WHERE person_id IN (SELECT id FROM erased_person))
