-- creates: delivery_child_verdict() and delivery_woman_verdict(), which say what rules.child_verdict and woman_verdict say
CREATE FUNCTION delivery_child_verdict(birth date, how text, on_day date, from_months int, to_months int)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN birth IS NULL OR how IS NULL THEN 'unsure'
        WHEN latest <= oldest OR earliest > youngest THEN 'no'
        WHEN earliest > oldest AND latest <= youngest THEN 'yes'
        ELSE 'unsure'
    END
    FROM (
        SELECT (on_day - make_interval(months => from_months))::date AS youngest,
            (on_day - make_interval(months => to_months + 1))::date AS oldest,
            CASE how WHEN 'day' THEN birth WHEN 'month' THEN date_trunc('month', birth)::date
                WHEN 'year' THEN date_trunc('year', birth)::date
                ELSE (date_trunc('year', birth) - interval '1 year')::date END AS earliest,
            CASE how WHEN 'day' THEN birth
                WHEN 'month' THEN (date_trunc('month', birth) + interval '1 month' - interval '1 day')::date
                WHEN 'year' THEN (date_trunc('year', birth) + interval '1 year' - interval '1 day')::date
                ELSE (date_trunc('year', birth) + interval '2 years' - interval '1 day')::date END AS latest
    ) AS said
$$;

CREATE FUNCTION delivery_woman_verdict(due date, since date, on_day date, before_days int, after_days int, fed_months int)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN on_day BETWEEN due - before_days AND due + after_days THEN 'yes'
        WHEN since <= on_day AND since > (on_day - make_interval(months => fed_months))::date THEN 'yes'
        ELSE 'no'
    END
$$
