-- reads: registry_household, registry_membership, sharing_sharingdisclosure, sharing_sharingrequest,
-- sharing_sharingagreement; writes: sharing_sharingdelivery, sharing_sharingpart (files kept for a partner, or for each when it
-- is empty, that tell a household or a person who opposes: as they live today, and as what was merged was told)
WITH RECURSIVE home AS (
    SELECT schemes_survivor(%(household)s) AS id WHERE %(person)s::bigint IS NULL
    UNION
    SELECT household_id FROM registry_membership WHERE person_id = %(person)s AND ended_on IS NULL
    UNION
    SELECT merged.id FROM registry_household AS merged JOIN home ON merged.merged_into_id = home.id
), person AS (
    SELECT %(person)s::bigint AS id
    UNION
    SELECT member.person_id FROM registry_membership AS member JOIN home ON home.id = member.household_id
    WHERE %(person)s::bigint IS NULL AND member.ended_on IS NULL
), telling AS (
    SELECT line.told_in_id FROM home JOIN sharing_sharingdisclosure AS line ON line.household_id = home.id
    WHERE %(person)s::bigint IS NULL OR line.person_id IS NULL
    UNION
    SELECT line.told_in_id FROM person JOIN sharing_sharingdisclosure AS line ON line.person_id = person.id
    UNION
    SELECT line.told_in_id FROM person JOIN sharing_sharingdisclosure AS line ON line.head_id = person.id
), dropped AS (
    UPDATE sharing_sharingdelivery AS delivery SET dropped_on = current_date
    FROM sharing_sharingrequest AS request
    JOIN sharing_sharingagreement AS agreement ON agreement.id = request.agreement_id
    WHERE request.id = delivery.request_id AND %(partner)s IN ('', agreement.partner)
        AND delivery.id IN (SELECT told_in_id FROM telling) AND delivery.sha256 <> '' AND delivery.dropped_on IS NULL
    RETURNING delivery.id
)
DELETE FROM sharing_sharingpart AS part USING dropped WHERE part.delivery_id = dropped.id
