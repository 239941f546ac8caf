-- creates: the fence of campaigns by what a query asks once, as that of messages; nothing asks messaging_reached() any more
SELECT messaging_fence_again('outreach_campaign', '(SELECT messaging_everywhere())
    OR (area_id, programme_code::text, organisation::text) IN (SELECT * FROM messaging_cells())
    OR (area_id, ''''::text, organisation::text) IN (SELECT * FROM messaging_cells())
    OR (area_id, programme_code::text, ''''::text) IN (SELECT * FROM messaging_cells())
    OR (area_id, ''''::text, ''''::text) IN (SELECT * FROM messaging_cells())');
DROP FUNCTION messaging_reached(bigint, text, text);
DROP FUNCTION messaging_fence_again(text, text)
