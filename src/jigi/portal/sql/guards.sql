-- creates: what keeps editions and published cells as they were written, and refuses a year that gives a small cell back
CREATE TRIGGER edition_is_kept BEFORE UPDATE OR DELETE ON portal_edition
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER edition_is_not_emptied BEFORE TRUNCATE ON portal_edition
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER cell_is_kept BEFORE UPDATE OR DELETE ON portal_cell
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER cell_is_not_emptied BEFORE TRUNCATE ON portal_cell
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

-- A year is written whole, at once: what came later would be the difference of two editions. Its hidden cells are wide,
-- as rules.py says: two at least, and ten households beside one for each of their communes.
CREATE FUNCTION portal_hold_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM portal_cell AS known WHERE known.year IN (SELECT year FROM new_rows)
            AND NOT EXISTS (SELECT FROM new_rows AS own WHERE own.id = known.id)) THEN
        RAISE EXCEPTION 'Une année se publie une fois, entière.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'portal_year_once';
    END IF;
    IF EXISTS (SELECT FROM new_rows AS part WHERE part.inside_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM new_rows AS own WHERE own.year = part.year AND own.place_id = part.inside_id)) THEN
        RAISE EXCEPTION 'Un chiffre publié est dans un lieu qui l''additionne.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'portal_cell_is_added_up';
    END IF;
    IF EXISTS (
        SELECT FROM new_rows AS own
        JOIN (
            SELECT part.*, greatest(1, (SELECT count(*) FROM new_rows AS deep
                WHERE deep.year = part.year AND deep.inside_id = part.place_id)) AS communes
            FROM new_rows AS part
        ) AS part ON part.year = own.year AND part.inside_id = own.place_id
        GROUP BY own.id, own.households, own.paid_xof
        HAVING CASE
            WHEN own.households IS NULL THEN count(part.households) > 0
            WHEN count(part.households) = count(*)
                THEN sum(part.households) <> own.households OR sum(part.paid_xof) <> own.paid_xof
            ELSE count(*) - count(part.households) < 2
                OR own.households - coalesce(sum(part.households), 0)
                    - sum(part.communes) FILTER (WHERE part.households IS NULL) < 10
        END
    ) THEN
        RAISE EXCEPTION 'Des chiffres publiés rendraient un petit effectif par différence.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'portal_cells_tell_nobody';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER portal_hold_year AFTER INSERT ON portal_cell REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION portal_hold_year();
