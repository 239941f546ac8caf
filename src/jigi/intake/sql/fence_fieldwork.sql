-- creates: the fence of what enumerators brought: for who sent the file, and for importers of the whole country
SELECT foundation_fence('intake_fieldwork', '(SELECT geography_everywhere(''intake''))
    OR EXISTS (SELECT FROM intake_batch AS batch WHERE batch.id = batch_id AND batch.made_by_id = geography_person())')
