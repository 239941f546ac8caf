-- creates: messaging_reach(), the places, programmes and agencies of whose messages a person sees; the fences of messages
CREATE FUNCTION messaging_reach() RETURNS TABLE (path text, programme text, organisation text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT area.path, posting.programme_code, posting.organisation
    FROM geography_staffposting AS posting
    JOIN geography_roleright AS given ON given.role = posting.role
        AND given.right_code IN ('messages.see', 'messages.prepare', 'messages.approve')
    JOIN foundation_user AS account ON account.id = posting.user_id AND account.is_active
    JOIN geography_area AS area ON area.id = posting.area_id
    WHERE posting.user_id = geography_person()
        AND posting.starts_on <= current_date AND coalesce(posting.ends_on, 'infinity') >= current_date
$$;
CREATE FUNCTION messaging_reached(place bigint, of_programme text, of_organisation text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM messaging_reach() AS reach JOIN geography_area AS own ON own.id = place
        WHERE own.path LIKE reach.path || '%' AND reach.programme IN ('', of_programme)
            AND reach.organisation IN ('', of_organisation))
$$;

SELECT foundation_fence('messaging_message', 'messaging_reached(area_id, programme_code, organisation)');
SELECT foundation_fence('messaging_event', 'EXISTS (SELECT FROM messaging_message AS own WHERE own.id = message_id)');
-- What people wrote and who wants no message belong to no place: who follows messages in the whole country reads them.
SELECT foundation_fence('messaging_inbound', '(SELECT EXISTS (SELECT FROM messaging_reach() AS reach
    JOIN geography_area AS own ON own.path = reach.path AND own.level = ''country''
    WHERE reach.organisation = '''' AND reach.programme = ''''))');
SELECT foundation_fence('messaging_optout', '(SELECT EXISTS (SELECT FROM messaging_reach() AS reach
    WHERE reach.organisation = '''' ))')
