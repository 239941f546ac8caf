-- creates: geography_enter(), which opens a person's scope for a transaction, and what the policies of fences read of it
CREATE OR REPLACE FUNCTION geography_enter(person bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    registry text;
    payments text;
    delivery text;
    intake text;
    alerts text;
BEGIN
    -- A family of rows is open everywhere (« * ») to a posting at the country in all programmes; elsewhere it is the
    -- communes under the posting, with the programme for payments and for what is delivered (« TM1|42 », « |42 » for all programmes).
    WITH held AS (
        SELECT area.path, posting.programme_code AS programme, area.level = 'country' AS at_country,
            given.opens
        FROM geography_staffposting AS posting
        JOIN foundation_user AS account ON account.id = posting.user_id AND account.is_active
        JOIN geography_area AS area ON area.id = posting.area_id
        JOIN geography_roleright AS given ON given.role = posting.role
        WHERE posting.user_id = person AND posting.organisation = ''
            AND posting.starts_on <= current_date AND coalesce(posting.ends_on, 'infinity') >= current_date
    ), spread AS (
        SELECT held.programme, held.opens, commune.id AS commune
        FROM held JOIN geography_area AS commune
            ON commune.level = 'commune' AND commune.path LIKE held.path || '%'
    )
    SELECT
        CASE WHEN bool_or(at_country AND 'registry' = ANY (opens)) THEN '*'
            ELSE (SELECT array_agg(DISTINCT commune)::text FROM spread WHERE 'registry' = ANY (opens)) END,
        CASE WHEN bool_or(at_country AND programme = '' AND 'payments' = ANY (opens)) THEN '*'
            ELSE (SELECT array_agg(DISTINCT programme || '|' || commune)::text FROM spread
                WHERE 'payments' = ANY (opens)) END,
        CASE WHEN bool_or(at_country AND programme = '' AND 'delivery' = ANY (opens)) THEN '*'
            ELSE (SELECT array_agg(DISTINCT programme || '|' || commune)::text FROM spread
                WHERE 'delivery' = ANY (opens)) END,
        CASE WHEN bool_or(at_country AND 'intake' = ANY (opens)) THEN '*' END,
        CASE WHEN bool_or(at_country AND 'alerts' = ANY (opens)) THEN '*'
            ELSE (SELECT array_agg(DISTINCT commune)::text FROM spread WHERE 'alerts' = ANY (opens)) END
    INTO registry, payments, delivery, intake, alerts FROM held;
    PERFORM set_config('jigi.person', coalesce(person::text, ''), true),
        set_config('jigi.registry', coalesce(registry, ''), true),
        set_config('jigi.payments', coalesce(payments, ''), true),
        set_config('jigi.delivery', coalesce(delivery, ''), true),
        set_config('jigi.intake', coalesce(intake, ''), true),
        set_config('jigi.alerts', coalesce(alerts, ''), true);
END $$;

CREATE OR REPLACE FUNCTION geography_everywhere(family text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('jigi.' || family, true), '') = '*'
$$;
CREATE OR REPLACE FUNCTION geography_communes() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT unnest(nullif(nullif(current_setting('jigi.registry', true), ''), '*')::bigint[])
$$;
CREATE OR REPLACE FUNCTION geography_alerted() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT unnest(nullif(nullif(current_setting('jigi.alerts', true), ''), '*')::bigint[])
$$;
CREATE OR REPLACE FUNCTION geography_cells() RETURNS TABLE (programme text, commune bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT split_part(cell, '|', 1), split_part(cell, '|', 2)::bigint
    FROM unnest(nullif(nullif(current_setting('jigi.payments', true), ''), '*')::text[]) AS cell
$$;
CREATE OR REPLACE FUNCTION geography_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('jigi.person', true), '')::bigint
$$;

CREATE OR REPLACE FUNCTION geography_delivery_cells() RETURNS TABLE (programme text, commune bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT split_part(cell, '|', 1), split_part(cell, '|', 2)::bigint
    FROM unnest(nullif(nullif(current_setting('jigi.delivery', true), ''), '*')::text[]) AS cell
$$;
