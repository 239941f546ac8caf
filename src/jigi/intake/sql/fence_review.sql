-- creates: the fences of what a review keeps and changes: for who sent the file, for importers of the whole country, and
-- of what is sent back, for who collected it
SELECT foundation_fence('intake_batchfile', '(SELECT geography_everywhere(''intake''))
    OR EXISTS (SELECT FROM intake_batch AS batch WHERE batch.id = batch_id AND batch.made_by_id = geography_person())');
SELECT foundation_fence('intake_correction', '(SELECT geography_everywhere(''intake''))
    OR EXISTS (SELECT FROM intake_batch AS batch WHERE batch.id = batch_id AND batch.made_by_id = geography_person())');
SELECT foundation_fence('intake_setaside', '(SELECT geography_everywhere(''intake''))
    OR EXISTS (SELECT FROM intake_batch AS batch WHERE batch.id = batch_id AND batch.made_by_id = geography_person())
    OR EXISTS (SELECT FROM intake_submission AS submission
        WHERE submission.instance_id = key AND submission.sent_by_id = geography_person())')
