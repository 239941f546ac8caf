-- writes a temporary table: simplified outlines to merge, by area code
CREATE TEMP TABLE geography_staged_boundary (
    code text PRIMARY KEY,
    coordinates jsonb NOT NULL
) ON COMMIT DROP
