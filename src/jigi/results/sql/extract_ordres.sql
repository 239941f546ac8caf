-- reads: extract_household, payments_instruction, payments_paymentround, programmes_component, programmes_programme,
-- programmes_agency, programmes_fundingline, programmes_agreement, geography_area, geography_areaversion; the table
-- « ordres » of an extract: every order of the rounds released, without a pseudonym when its household is not told
SELECT kept.code, version.code || ':' || commune.code, programme.code, component.code, turn.id, turn.term, paid.kind,
    paid.attempt, agency.code, agreement.code, paid.amount_xof, paid.status,
    CASE paid.status WHEN 'paid' THEN paid.amount_xof WHEN 'partial' THEN paid.paid_xof ELSE 0 END,
    turn.pays_from, turn.pays_until, paid.settled_on
FROM payments_instruction AS paid
JOIN payments_paymentround AS turn ON turn.id = paid.round_id AND turn.status IN ('released', 'closed')
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN programmes_agency AS agency ON agency.id = paid.agency_id
JOIN programmes_fundingline AS line ON line.id = paid.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
JOIN geography_area AS commune ON commune.id = paid.commune_id
JOIN geography_areaversion AS version ON version.id = commune.version_id
LEFT JOIN extract_household AS kept ON kept.id = paid.household_id
