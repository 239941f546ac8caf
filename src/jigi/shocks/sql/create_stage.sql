-- creates: stage_figure (a figure or a fault of a line read, its place found)
CREATE TEMP TABLE stage_figure (
    line bigint NOT NULL,
    signal text,
    gather text NOT NULL,
    area_id bigint,
    starts_on date,
    ends_on date,
    published_on date,
    outlook text,
    status text,
    value double precision,
    column_name text NOT NULL,
    said text NOT NULL,
    problem text,
    remedy text NOT NULL
) ON COMMIT DROP
