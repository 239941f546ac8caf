-- creates: targeting_truth, the consumption known of the households of a trial
CREATE TEMPORARY TABLE targeting_truth (
    source_key text PRIMARY KEY,
    consumption_xof bigint NOT NULL
) ON COMMIT DROP
