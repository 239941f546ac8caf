-- creates: the fences of complaints: in one's places for who handles them, the sensitive ones for who holds that right,
-- even within an act, unless the act is of this package
CREATE FUNCTION grievances_places(asked text) RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT commune.id
    FROM geography_staffposting AS posting
    JOIN geography_roleright AS given ON given.role = posting.role AND given.right_code = asked
    JOIN foundation_user AS account ON account.id = posting.user_id AND account.is_active
    JOIN geography_area AS area ON area.id = posting.area_id
    JOIN geography_area AS commune ON commune.level = 'commune' AND commune.path LIKE area.path || '%'
    WHERE posting.user_id = geography_person() AND posting.organisation = ''
        AND posting.starts_on <= current_date AND coalesce(posting.ends_on, 'infinity') >= current_date
$$;
CREATE FUNCTION grievances_in_country(asked text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM geography_staffposting AS posting
        JOIN geography_roleright AS given ON given.role = posting.role AND given.right_code = asked
        JOIN foundation_user AS account ON account.id = posting.user_id AND account.is_active
        JOIN geography_area AS area ON area.id = posting.area_id AND area.level = 'country'
        WHERE posting.user_id = geography_person() AND posting.organisation = ''
            AND posting.starts_on <= current_date AND coalesce(posting.ends_on, 'infinity') >= current_date
    )
$$;
CREATE FUNCTION grievances_own_act() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('jigi.act', true), '') LIKE 'jigi.grievances.%'
$$;

SELECT foundation_fence('grievances_case', '(NOT sensitive AND ((SELECT grievances_in_country(''grievances.handle''))
        OR commune_id IN (SELECT grievances_places(''grievances.handle''))))
    OR (sensitive AND ((SELECT grievances_in_country(''grievances.sensitive''))
        OR commune_id IN (SELECT grievances_places(''grievances.sensitive''))))');
SELECT foundation_fence('grievances_casehousehold', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)');
SELECT foundation_fence('grievances_casepayment', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)');
SELECT foundation_fence('grievances_event', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)');
SELECT foundation_fence('grievances_reading', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)');
-- What a complaint did is read on the page of the payment and of the household too, but not what a sensitive one did.
SELECT foundation_fence('grievances_act', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)
    OR (NOT sensitive AND ((SELECT geography_everywhere(''registry''))
        OR commune_id IN (SELECT geography_communes())))');

CREATE POLICY sensitive_acts ON grievances_case AS RESTRICTIVE TO jigi_act
    USING (NOT sensitive OR (SELECT grievances_own_act()));
CREATE POLICY sensitive_acts ON grievances_act AS RESTRICTIVE TO jigi_act
    USING (NOT sensitive OR (SELECT grievances_own_act()));
CREATE POLICY sensitive_acts ON grievances_casehousehold AS RESTRICTIVE TO jigi_act
    USING (EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id));
CREATE POLICY sensitive_acts ON grievances_casepayment AS RESTRICTIVE TO jigi_act
    USING (EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id));
CREATE POLICY sensitive_acts ON grievances_event AS RESTRICTIVE TO jigi_act
    USING (EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id));
CREATE POLICY sensitive_acts ON grievances_reading AS RESTRICTIVE TO jigi_act
    USING (EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id))
