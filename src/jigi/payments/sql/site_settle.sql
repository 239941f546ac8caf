-- reads: payments_returnline of one file, payments_siterecord, payments_instruction; writes: payments_sitesettlement, by which record each right was paid
INSERT INTO payments_sitesettlement (record_id, origin_round_id, entitlement_id, return_line_id)
SELECT record.id, line_of.origin_round_id, line_of.entitlement_id, answer.id
FROM payments_returnline AS answer
JOIN payments_siterecord AS record ON payments_site_reference(record.number) = answer.agency_reference
JOIN payments_instruction AS line_of
    ON line_of.id = answer.instruction_id AND line_of.origin_round_id = answer.origin_round_id
WHERE answer.return_file_id = %(file)s AND answer.outcome = 'paid' AND line_of.return_line_id = answer.id
    AND line_of.status = 'paid'
    AND NOT EXISTS (
        SELECT FROM payments_sitesettlement AS known WHERE known.return_line_id = answer.id AND known.undone_at IS NULL)
