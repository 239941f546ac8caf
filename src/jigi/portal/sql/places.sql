-- reads: programmes_componentcommune, portal_cell, delivery_session, delivery_worksite, geography_area; the communes where
-- programmes work or worked, with their region and cercle, the sessions held and the worksites approved there
SELECT commune.code, commune.name, coalesce(cercle.name, '') AS cercle, coalesce(region.code, '') AS region,
    coalesce(region.name, '') AS region_name, coalesce(held.sessions, 0) AS sessions,
    coalesce(held.last_on::text, '') AS last_session, coalesce(works.worksites, '[]') AS worksites
FROM (
    SELECT commune_id FROM programmes_componentcommune
    UNION SELECT place_id FROM portal_cell
    UNION SELECT commune_id FROM delivery_session WHERE status IN ('held', 'checked')
    UNION SELECT commune_id FROM delivery_worksite WHERE status NOT IN ('proposed', 'screened', 'refused', 'cancelled')
) AS known
JOIN geography_area AS commune ON commune.id = known.commune_id AND commune.level = 'commune'
LEFT JOIN geography_area AS cercle ON cercle.id = commune.parent_id AND cercle.level = 'cercle'
LEFT JOIN geography_area AS region ON region.version_id = commune.version_id AND region.level = 'region'
    AND region.code = ANY (string_to_array(trim(BOTH '/' FROM commune.path), '/'))
LEFT JOIN (
    SELECT commune_id, count(*) AS sessions, max(held_on) AS last_on
    FROM delivery_session WHERE status IN ('held', 'checked') GROUP BY commune_id
) AS held ON held.commune_id = commune.id
LEFT JOIN (
    SELECT commune_id, jsonb_agg(jsonb_build_array(title, starts_on, ends_on) ORDER BY starts_on DESC, id) AS worksites
    FROM (
        SELECT *, row_number() OVER (PARTITION BY commune_id ORDER BY starts_on DESC, id) AS nth FROM delivery_worksite
        WHERE status NOT IN ('proposed', 'screened', 'refused', 'cancelled')
    ) AS latest WHERE nth <= 20 GROUP BY commune_id
) AS works ON works.commune_id = commune.id
ORDER BY region.name, commune.name, commune.code
