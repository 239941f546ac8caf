-- creates: the fence of households left out of a list, and the triggers by which those of a frozen campaign stay
SELECT foundation_fence('targeting_leftout', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
CREATE TRIGGER frozen_takes_no_row AFTER INSERT ON targeting_leftout REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen();
CREATE TRIGGER frozen_loses_no_row AFTER DELETE ON targeting_leftout REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen();
CREATE TRIGGER frozen_keeps_its_rows AFTER UPDATE ON targeting_leftout REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen();
CREATE TRIGGER frozen_gains_no_row AFTER UPDATE ON targeting_leftout REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()
