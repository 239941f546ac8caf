-- reads: erased_household; writes: verification_check (what the person said in words; the answer and its date stay)
UPDATE verification_check SET note = '' WHERE household_id IN (SELECT id FROM erased_household) AND note <> ''
