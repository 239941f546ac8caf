-- creates: stage_handout (what is said of each line: who received, of which lot), stage_portion (the lots of each)
CREATE TEMP TABLE stage_handout (
    n bigint PRIMARY KEY, rank bigint, name text, number uuid, receiver text, proxy_name text, age_checked boolean,
    given_on date, lot_number text, line_id bigint, place_id bigint, product_id bigint, grams bigint, lot_id bigint, fault text
) ON COMMIT DROP;
CREATE TEMP TABLE stage_portion (n bigint, lot_id bigint, grams bigint) ON COMMIT DROP
