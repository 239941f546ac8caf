-- creates: stage_member (one row per member read, typed, not yet checked)
CREATE TEMP TABLE stage_member (
    person_id bigint DEFAULT nextval(pg_get_serial_sequence('registry_person', 'id')),
    line bigint NOT NULL,
    key text COLLATE "C",
    digest bigint NOT NULL,
    roster_line integer,
    given_names text,
    surname text,
    nickname text,
    sex text,
    birth_date date,
    birth_said text,
    birth_precision text,
    relation text,
    spouse_rank integer,
    absent boolean,
    mother_line integer,
    father_line integer,
    father_name text,
    mother_name text,
    phone bytea,
    phone_index bytea,
    phone_owner text,
    nina bytea,
    nina_index bytea,
    nina_start text, -- its first four digits, which tell the sex and the year of birth
    nina_said text, -- what may be shown of it
    role text
)
