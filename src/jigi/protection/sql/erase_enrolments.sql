-- reads: touched_household, erased_household, erased_person; writes: enrolment_enrolment (account, village, and the words
-- of an exit other than the end of the terms)
UPDATE enrolment_enrolment SET account_sealed = '', account_index = '',
    village_id = CASE WHEN household_id NOT IN (SELECT id FROM erased_household) THEN village_id END,
    exit_reason = CASE WHEN exit_reason = '' OR exit_reason ~ '^fin (des [0-9]+ échéances|de l’échéance unique)$'
        THEN exit_reason ELSE 'motif effacé' END
WHERE household_id IN (SELECT id FROM touched_household)
    AND (household_id IN (SELECT id FROM erased_household) OR recipient_id IN (SELECT id FROM erased_person))
