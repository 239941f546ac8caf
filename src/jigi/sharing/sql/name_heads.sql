-- reads: sharing_sharingdelivery, sharing_sharingrequest, registry_membership; writes: sharing_sharingdisclosure (the heads
-- whom the lines of households named before they were recorded: the head of that day)
ALTER TABLE sharing_sharingdisclosure DISABLE TRIGGER only_grows;
UPDATE sharing_sharingdisclosure AS line SET head_id = (
    SELECT member.person_id FROM registry_membership AS member
    WHERE member.household_id = line.household_id AND member.relation = 'head'
        AND member.started_on <= delivery.at::date AND (member.ended_on IS NULL OR member.ended_on > delivery.at::date)
    ORDER BY member.started_on DESC, member.id DESC LIMIT 1)
FROM sharing_sharingdelivery AS delivery
JOIN sharing_sharingrequest AS request ON request.id = delivery.request_id
WHERE delivery.id = line.told_in_id AND line.person_id IS NULL
    AND request.fields::text[] && ARRAY['names', 'nina', 'phone'];
ALTER TABLE sharing_sharingdisclosure ENABLE TRIGGER only_grows
