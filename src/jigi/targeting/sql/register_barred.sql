-- creates: targeting_barred, the households that a list from the register leaves out beforehand, and why
CREATE TEMPORARY TABLE targeting_barred (household_id bigint NOT NULL, reason text NOT NULL) ON COMMIT DROP
