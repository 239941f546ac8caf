-- reads: erased_household, erased_person, sharing_sharingdisclosure; writes: sharing_sharingdelivery, sharing_sharingpart
-- (files kept here that tell one of them are taken away; who was told, when and by which agreement stays, by numbers)
WITH telling AS (
    SELECT told_in_id AS delivery_id FROM sharing_sharingdisclosure WHERE household_id IN (SELECT id FROM erased_household)
    UNION
    SELECT told_in_id AS delivery_id FROM sharing_sharingdisclosure WHERE person_id IN (SELECT id FROM erased_person)
    UNION
    SELECT told_in_id AS delivery_id FROM sharing_sharingdisclosure WHERE head_id IN (SELECT id FROM erased_person)
), dropped AS (
    UPDATE sharing_sharingdelivery SET dropped_on = current_date
    WHERE id IN (SELECT delivery_id FROM telling) AND sha256 <> '' AND dropped_on IS NULL
)
DELETE FROM sharing_sharingpart WHERE delivery_id IN (SELECT delivery_id FROM telling)
