-- reads: erased_household; writes: payments_returnline (whom a line that waits for a decision names by their RSU number)
UPDATE payments_returnline AS answer SET rsu_read = '', phone_read = '', name_read = '', village_read = ''
FROM registry_household AS household
WHERE household.id IN (SELECT id FROM erased_household) AND answer.rsu_read = household.rsu_number
    AND answer.resolved_at IS NULL
