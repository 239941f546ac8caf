-- writes a temporary table: areas to merge, one row a code, in the order of the file
CREATE TEMP TABLE geography_staged_area (
    id bigint,
    position integer NOT NULL,
    code text PRIMARY KEY,
    name text NOT NULL,
    level text NOT NULL,
    parent text,
    path text NOT NULL,
    longitude double precision,
    latitude double precision,
    area_km2 double precision,
    population bigint,
    source text NOT NULL,
    fills_only boolean NOT NULL -- whether the row may only fill the blanks of a place it meets
) ON COMMIT DROP
