-- creates: stage_problem (what is wrong or doubtful, before the batch keeps it)
CREATE TEMP TABLE stage_problem (
    of_member boolean NOT NULL,
    line bigint NOT NULL,
    key text COLLATE "C",
    column_name text,
    value text,
    severity text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    remedy text NOT NULL
)
