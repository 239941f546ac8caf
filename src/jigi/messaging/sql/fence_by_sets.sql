-- creates: messaging_cells() and messaging_everywhere(), which a query asks once; the fence of messages by them, in place of
-- messaging_reached(), which each row asked
CREATE FUNCTION messaging_everywhere() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT FROM messaging_reach() AS reach
        JOIN geography_area AS own ON own.path = reach.path AND own.level = 'country'
        WHERE reach.programme = '' AND reach.organisation = '')
$$;
-- A blank programme or agency is all of them: a row is looked for under its own name and under the blank one.
CREATE FUNCTION messaging_cells() RETURNS TABLE (place bigint, programme text, organisation text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT own.id, reach.programme, reach.organisation
    FROM messaging_reach() AS reach JOIN geography_area AS own ON own.path LIKE reach.path || '%'
$$;

-- As foundation_fence() makes them, of a table that is fenced already.
CREATE FUNCTION messaging_fence_again(fenced text, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE foundation_fenced SET condition = messaging_fence_again.condition WHERE name = fenced;
    EXECUTE format('ALTER POLICY seen ON %I USING (%s)', fenced, messaging_fence_again.condition);
END $$;
SELECT messaging_fence_again('messaging_message', '(SELECT messaging_everywhere())
    OR (area_id, programme_code::text, organisation::text) IN (SELECT * FROM messaging_cells())
    OR (area_id, ''''::text, organisation::text) IN (SELECT * FROM messaging_cells())
    OR (area_id, programme_code::text, ''''::text) IN (SELECT * FROM messaging_cells())
    OR (area_id, ''''::text, ''''::text) IN (SELECT * FROM messaging_cells())')
