-- creates: targeting_list_line, the lines of a community list as read, gone at the end of the transaction
CREATE TEMPORARY TABLE targeting_list_line (
    line bigint NOT NULL,
    number text NOT NULL,
    village_code text,
    rank text NOT NULL,
    food_insecurity text NOT NULL,
    income_source text NOT NULL,
    production_tools text NOT NULL,
    household_composition text NOT NULL,
    reason text NOT NULL
) ON COMMIT DROP
