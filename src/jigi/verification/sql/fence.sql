-- creates: the fences of checks and findings, the guard of a draw
SELECT foundation_fence('verification_check', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('verification_finding', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');

-- Who was drawn is not chosen again: a check keeps its order and its rank, and none is taken away or added later.
CREATE FUNCTION verification_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Le tirage d''une vérification ne change pas.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER check_draw_is_kept BEFORE DELETE OR UPDATE OF exercise_id, rank, instruction_id, origin_round_id,
        household_id, village_id, village_size, amount_xof, commune_id, component_id
    ON verification_check FOR EACH ROW EXECUTE FUNCTION verification_guard_draw();
CREATE TRIGGER exercise_draw_is_kept BEFORE DELETE OR UPDATE OF payment_round_id, everyone, confidence, margin_tenths,
        expected, effect_tenths, per_village, seed, population, villages, drawn, made_by_id
    ON verification_exercise FOR EACH ROW EXECUTE FUNCTION verification_guard_draw();
CREATE TRIGGER exclusion_is_kept BEFORE UPDATE OR DELETE ON verification_exclusion
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION verification_guard_size() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM verification_exercise AS exercise
        WHERE exercise.id IN (SELECT exercise_id FROM added)
            AND exercise.drawn < (SELECT count(*) FROM verification_check WHERE exercise_id = exercise.id)
    ) THEN
        RAISE EXCEPTION 'Le tirage d''une vérification ne change pas.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_none_is_added AFTER INSERT ON verification_check
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION verification_guard_size()
