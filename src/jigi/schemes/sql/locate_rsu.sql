-- reads: registry_household; writes: stage_benefit (the household of an RSU number, whatever became of it)
UPDATE stage_benefit AS target SET found_id = household.id
FROM registry_household AS household WHERE household.rsu_number = target.rsu
