-- reads: payments_instruction, payments_paymentround, programmes_component, programmes_programme, programmes_agency,
-- programmes_fundingline, programmes_agreement; orders of the rounds released, counted by whatever is asked of them: where,
-- who pays, whose money, the quarter of the last day planned ('' without one), what became of them, whether they were paid
-- by that day, and how many days after the first day planned
SELECT paid.commune_id, programme.code AS programme, agency.code AS agency, agreement.code AS agreement,
    coalesce(to_char(turn.pays_until, 'YYYY"-T"Q'), '') AS quarter, paid.kind::text AS kind, paid.status::text AS status,
    CASE WHEN paid.status IN ('paid', 'partial') AND turn.pays_until IS NOT NULL
        THEN paid.status = 'paid' AND paid.settled_on <= turn.pays_until END AS on_time,
    CASE WHEN paid.status IN ('paid', 'partial') AND turn.pays_from IS NOT NULL
        THEN greatest(paid.settled_on - turn.pays_from, 0) END AS days,
    count(*) AS orders, sum(paid.amount_xof)::bigint AS amount_xof,
    sum(CASE paid.status WHEN 'paid' THEN paid.amount_xof WHEN 'partial' THEN paid.paid_xof ELSE 0 END)::bigint AS paid_xof
FROM payments_instruction AS paid
JOIN payments_paymentround AS turn ON turn.id = paid.round_id AND turn.status IN ('released', 'closed')
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN programmes_agency AS agency ON agency.id = paid.agency_id
JOIN programmes_fundingline AS line ON line.id = paid.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
