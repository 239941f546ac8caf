-- creates: the fences of what comes from the field: for who sent it, and for importers of the whole country
SELECT foundation_fence('intake_submission',
    '(SELECT geography_everywhere(''intake'')) OR sent_by_id = geography_person()');
SELECT foundation_fence('intake_attachment',
    'EXISTS (SELECT FROM intake_submission AS submission WHERE submission.id = submission_id)');
SELECT foundation_fence('intake_submissionconflict',
    'EXISTS (SELECT FROM intake_submission AS submission WHERE submission.id = submission_id)')
