-- creates: the trigger that keeps what was taken of telephones (once taken, a questionnaire is never taken again), and the
-- fences of what names its households: for who sent it, and within the contracts of who reads
CREATE FUNCTION delivery_guard_fiche() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'taken' THEN
        RAISE EXCEPTION 'Une fiche prise le reste : elle ne se prend pas deux fois.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'field_fiche_taken_once';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER field_fiche_taken_once BEFORE UPDATE OR DELETE ON delivery_fieldfiche
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_fiche();

SELECT foundation_fence('delivery_fieldfiche', '(SELECT geography_everywhere(''delivery''))
    OR contract_id IN (SELECT delivery_contracts()) OR sent_by_id = geography_person()');
SELECT foundation_fence('delivery_fieldfault',
    'EXISTS (SELECT FROM delivery_fieldfiche AS fiche WHERE fiche.id = delivery_fieldfault.fiche_id)');
SELECT foundation_fence('delivery_fieldcorrection',
    'EXISTS (SELECT FROM delivery_fieldfiche AS fiche WHERE fiche.id = delivery_fieldcorrection.fiche_id)')
