-- creates: stage_household (one row per interview read, typed, not yet checked)
CREATE TEMP TABLE stage_household (
    household_id bigint DEFAULT nextval(pg_get_serial_sequence('registry_household', 'id')),
    line bigint NOT NULL,
    key text COLLATE "C",
    digest bigint NOT NULL,
    village_code text,
    commune_code text,
    collected_on date,
    collector text,
    longitude double precision,
    latitude double precision,
    village_id bigint,
    commune_id bigint,
    known_id bigint,
    first_line bigint,
    {living_definitions}
)
