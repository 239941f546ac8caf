-- reads: payments_returnline of one file, payments_siterecord, payments_instruction; writes: payments_returnline, what a device paid after another had
UPDATE payments_returnline AS answer SET outcome = 'conflict',
    why = 'Payé deux fois : un autre paiement noté à un site l’avait déjà réglé. Rien n’est compté deux fois ; l’argent remis est à reprendre.'
FROM payments_siterecord AS record, payments_instruction AS line_of
WHERE answer.return_file_id = %(file)s AND answer.outcome = 'repeated' AND record.said = 'paid'
    AND answer.agency_reference <> '' AND payments_site_reference(record.number) = answer.agency_reference
    AND line_of.id = answer.instruction_id AND line_of.origin_round_id = answer.origin_round_id
    AND (EXISTS (
        SELECT FROM payments_returnline AS before
        JOIN payments_siterecord AS other ON payments_site_reference(other.number) = before.agency_reference AND other.id <> record.id
        WHERE before.id = line_of.return_line_id
            OR before.return_file_id = %(file)s AND before.line < answer.line AND before.outcome = 'paid'
                AND before.instruction_id = answer.instruction_id AND before.origin_round_id = answer.origin_round_id
    )
    -- A file of the agency told the payment first: of two devices that paid, only the first is the one it tells.
    OR EXISTS (
        SELECT FROM payments_siterecord AS other
        JOIN payments_returnline AS before ON before.agency_reference <> ''
            AND before.agency_reference = payments_site_reference(other.number)
        WHERE other.line_id = record.line_id AND other.said = 'paid' AND other.id < record.id
            AND before.instruction_id = answer.instruction_id AND before.origin_round_id = answer.origin_round_id
            AND before.outcome IN ('paid', 'repeated')))
