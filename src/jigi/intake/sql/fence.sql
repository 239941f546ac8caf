-- creates: the fence of the rows that an import refused: for who sent the file, and for importers of the whole country
SELECT foundation_fence('intake_problem', '(SELECT geography_everywhere(''intake''))
    OR EXISTS (SELECT FROM intake_batch AS batch WHERE batch.id = batch_id AND batch.made_by_id = geography_person())')
