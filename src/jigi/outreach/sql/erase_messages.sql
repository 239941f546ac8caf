-- reads: erased_household, erased_person, registry_phone, registry_membership, registry_household; writes: messaging_message of
-- them: nobody is named, what waits does not leave. A telephone is shared: of another household's messages to it, none is theirs;
-- one that names no household (a reply to a complaint) says too much to stay
WITH home AS (
    SELECT gone.id AS person, own.id AS household
    FROM erased_person AS gone
    JOIN registry_membership AS member ON member.person_id = gone.id
    JOIN registry_household AS own ON own.id = member.household_id OR own.merged_into_id = member.household_id
), theirs AS (
    SELECT own.id FROM erased_household AS gone JOIN messaging_message AS own ON own.household = gone.id
    UNION
    SELECT own.id
    FROM home JOIN registry_phone AS phone ON phone.person_id = home.person
    JOIN messaging_message AS own ON own.phone_index = phone.number_index AND own.household = home.household
    UNION
    SELECT own.id
    FROM erased_person AS gone JOIN registry_phone AS phone ON phone.person_id = gone.id
    JOIN messaging_message AS own ON own.phone_index = phone.number_index AND own.household IS NULL
)
UPDATE messaging_message AS own SET phone_sealed = '', phone_index = '', text_sealed = '',
    status = CASE own.status WHEN 'queued' THEN 'cancelled' ELSE own.status END
FROM theirs WHERE own.id = theirs.id AND (own.phone_sealed <> '' OR own.text_sealed <> '')
