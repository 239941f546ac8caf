-- reads: payments_total and all the lines behind it; the totals that are not the sum of their lines
SELECT agreement.code AS agreement, round.label AS round, area.name AS commune, agency.name AS agency, pair.kind,
    pair.kept_xof, pair.lines_xof
FROM (
    SELECT funding_line_id, round_id, commune_id, agency_id, kind, coalesce(kept.amount_xof, 0)::bigint AS kept_xof,
        coalesce(found.amount_xof, 0)::bigint AS lines_xof,
        (kept.lines, kept.amount_xof, kept.reserved_xof, kept.agency_xof, kept.paid_xof, kept.fees_xof, kept.paid_lines)
            IS DISTINCT FROM (found.lines, found.amount_xof, found.reserved_xof, found.agency_xof, found.paid_xof,
                found.fees_xof, found.paid_lines) AS wrong
    FROM payments_total AS kept
    FULL JOIN (
{sql:lines_of_totals}
    ) AS found USING (funding_line_id, round_id, component_id, commune_id, agency_id, kind)
) AS pair
JOIN programmes_fundingline AS funding ON funding.id = pair.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = funding.agreement_id
JOIN payments_paymentround AS round ON round.id = pair.round_id
JOIN geography_area AS area ON area.id = pair.commune_id
JOIN programmes_agency AS agency ON agency.id = pair.agency_id
WHERE pair.wrong
ORDER BY agreement.code, round.id, area.name, agency.name, pair.kind
