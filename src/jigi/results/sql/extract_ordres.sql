-- reads: extract_household, payments_instruction, payments_paymentround, programmes_component, programmes_programme,
-- programmes_agency, programmes_fundingline, programmes_agreement, geography_area, geography_areaversion; the table
-- « ordres » of an extract: the orders of the rounds released whose household is told
SELECT kept.code, version.code || ':' || commune.code, programme.code, component.code, turn.id, turn.term, paid.kind,
    paid.attempt, agency.code, agreement.code, paid.amount_xof, paid.status,
    CASE paid.status WHEN 'paid' THEN paid.amount_xof WHEN 'partial' THEN paid.paid_xof ELSE 0 END,
    to_char(turn.pays_until, 'YYYY-MM'), to_char(paid.settled_on, 'YYYY-MM'),
    CASE WHEN paid.status IN ('paid', 'partial') THEN paid.status = 'paid' AND paid.settled_on <= turn.pays_until END,
    CASE WHEN paid.status IN ('paid', 'partial') THEN greatest(paid.settled_on - turn.pays_from, 0) END
FROM payments_instruction AS paid
JOIN payments_paymentround AS turn ON turn.id = paid.round_id AND turn.status IN ('released', 'closed')
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN programmes_agency AS agency ON agency.id = paid.agency_id
JOIN programmes_fundingline AS line ON line.id = paid.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
JOIN extract_household AS kept ON kept.id = paid.household_id
JOIN geography_area AS commune ON commune.id = paid.commune_id
JOIN geography_areaversion AS version ON version.id = commune.version_id
