-- reads: erased_household; writes: schemes_benefitproblem (what was read of their lines; line, column and check stay)
UPDATE schemes_benefitproblem SET value = '' WHERE household_id IN (SELECT id FROM erased_household) AND value <> ''
