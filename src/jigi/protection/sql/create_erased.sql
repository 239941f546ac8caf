-- creates: erased_household and erased_person, the numbers of what a transaction erases; written_household, the households
-- whose forms and papers may tell of them; touched_household, those whose money may have gone to them
CREATE TEMPORARY TABLE erased_household (id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_person (id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE written_household (id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE touched_household (id bigint PRIMARY KEY) ON COMMIT DROP;
