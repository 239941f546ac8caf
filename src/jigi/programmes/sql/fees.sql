-- creates: the fee of an amount, the choice of a rule, and what keeps an approved rule of fees as it was approved
CREATE FUNCTION programmes_fee(fixed_xof bigint, per_mille numeric, least_xof bigint, most_xof bigint, amount_xof bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- programmes.fees.fee_xof says the same; a test holds the two together. round() takes halves away from zero.
    SELECT least(greatest(fixed_xof + round(amount_xof * per_mille / 1000)::bigint, coalesce(least_xof, 0)),
        coalesce(most_xof, 9223372036854775807))
$$;

CREATE FUNCTION programmes_fee_rule(agency bigint, commune bigint, programme bigint, day date)
RETURNS bigint LANGUAGE sql STABLE AS $$
    -- The nearest area wins, then a rule of the programme over a rule of all: programmes.fees.applicable says the same.
    SELECT rule.id
    FROM programmes_feerule AS rule
    LEFT JOIN geography_area AS around ON around.id = rule.area_id
    JOIN geography_area AS place ON place.id = commune
    WHERE rule.agency_id = agency AND rule.approved_at IS NOT NULL
        AND day >= rule.valid_from AND (rule.valid_until IS NULL OR day <= rule.valid_until)
        AND (rule.programme_id IS NULL OR rule.programme_id = programme)
        AND (rule.area_id IS NULL OR starts_with(place.path, around.path))
    ORDER BY coalesce(length(around.path), 0) DESC, rule.programme_id IS NULL, rule.id DESC
    LIMIT 1
$$;

ALTER TABLE programmes_feerule ADD CONSTRAINT fee_rule_one_at_a_time EXCLUDE USING gist (
    -- A range of one number meets another when the numbers are the same: no extension is needed for it.
    int8range(agency_id, agency_id, '[]') WITH &&, int8range(coalesce(area_id, 0), coalesce(area_id, 0), '[]') WITH &&,
    int8range(coalesce(programme_id, 0), coalesce(programme_id, 0), '[]') WITH &&,
    daterange(valid_from, valid_until, '[]') WITH &&
) WHERE (approved_at IS NOT NULL);

CREATE FUNCTION programmes_guard_fee_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An approved rule may only be given an end; what it says stays, since rounds were approved with it.
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - 'valid_until') <> (to_jsonb(NEW) - 'valid_until') THEN
        RAISE EXCEPTION 'Une règle de frais approuvée ne change plus (règle %).', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fee_rule_stays BEFORE UPDATE OR DELETE ON programmes_feerule
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION programmes_guard_fee_rule();
