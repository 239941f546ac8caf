-- writes a temporary table: successions and other spellings to merge
CREATE TEMP TABLE geography_staged_fact (
    fact text NOT NULL,
    code text NOT NULL,
    other text NOT NULL,
    kind text NOT NULL,
    note text NOT NULL,
    source text NOT NULL
) ON COMMIT DROP
