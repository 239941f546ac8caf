-- reads: touched_household, erased_household, erased_person; writes: payments_entitlement (the sealed account; its index stays,
-- of which the hash of the list is made)
UPDATE payments_entitlement SET account_sealed = ''
WHERE household_id IN (SELECT id FROM touched_household) AND account_sealed <> ''
    AND (household_id IN (SELECT id FROM erased_household) OR recipient_id IN (SELECT id FROM erased_person))
