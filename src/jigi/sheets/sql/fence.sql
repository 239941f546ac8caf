-- creates: the fences of paper: of one's communes, or of the household one sees; a page that nobody could place, for who sent it
SELECT foundation_fence('sheets_printing',
    '(SELECT geography_everywhere(''registry'')) OR commune_id IN (SELECT geography_communes())');
SELECT foundation_fence('sheets_sheet', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM sheets_printing AS printing WHERE printing.id = printing_id)
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('sheets_scannedpage', '(SELECT geography_everywhere(''registry''))
    OR CASE WHEN household_id IS NOT NULL
            THEN EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)
        WHEN commune_id IS NOT NULL THEN commune_id IN (SELECT geography_communes())
        ELSE EXISTS (SELECT FROM sheets_scan AS scan WHERE scan.id = scan_id AND scan.made_by_id = geography_person())
    END');

-- A number that its last digits do not check is no number of a sheet.
ALTER TABLE sheets_sheet ADD CONSTRAINT sheet_number_checks
    CHECK (number ~ '^[0-9]{16}$' AND right(number, 2) BETWEEN '02' AND '98' AND number::numeric % 97 = 1);
-- What a sheet is printed for does not change; whose it is, and where it stands, do.
CREATE FUNCTION sheets_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.number, NEW.printing_id) IS DISTINCT FROM (OLD.number, OLD.printing_id) THEN
        RAISE EXCEPTION 'Le numéro d’une feuille ne change pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sheet_number_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER number_stays BEFORE UPDATE ON sheets_sheet FOR EACH ROW EXECUTE FUNCTION sheets_guard();
