-- reads: evidence (grants_evidence.sql); what each instalment lacks, in the order of rules.LACKS
SELECT evidence.instalment_id, array_remove(ARRAY[
    CASE WHEN number > 1 AND days_since IS NULL THEN 'before' END,
    CASE WHEN number > 1 AND days_since < needs_after_days THEN 'days' END,
    CASE WHEN training_days < needs_training_days THEN 'training' END,
    CASE WHEN visits < needs_visits THEN 'visits' END,
    CASE WHEN number > 1 AND receipts_xof * 100 < before_xof * needs_receipts_percent THEN 'receipts' END,
    CASE WHEN photos < needs_photos THEN 'photos' END
], NULL) AS lacks
FROM evidence
