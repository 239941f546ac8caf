-- reads: first_load_kept; creates: the indexes, then the foreign keys, that set_aside.sql dropped
DO $$
DECLARE
    kept record;
BEGIN
    FOR kept IN SELECT made FROM first_load_kept ORDER BY place, made LOOP
        EXECUTE kept.made;
    END LOOP;
    DROP TABLE first_load_kept;
END $$
