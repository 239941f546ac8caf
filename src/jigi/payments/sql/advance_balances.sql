-- reads: programmes_advance, payments_total; by agreement and agency: committed, paid, advanced, cleared, and what is due, aged
SELECT agreement.id AS agreement_id, agreement.code AS agreement, agency.id AS agency_id, agency.name AS agency,
    agency.code,
    moved.committed_xof, moved.paid_xof, given.advanced_xof, given.cleared_xof,
    given.advanced_xof - given.cleared_xof AS open_xof, given.recent_xof, given.aging_xof, given.old_xof,
    greatest(moved.paid_xof - given.advanced_xof, 0) AS owed_to_agency_xof,
    moved.paid_xof - given.cleared_xof AS uncleared_paid_xof
FROM programmes_agreement AS agreement
CROSS JOIN programmes_agency AS agency
CROSS JOIN LATERAL (
    SELECT coalesce(sum(total.agency_xof + total.paid_xof), 0)::bigint AS committed_xof,
        coalesce(sum(total.paid_xof), 0)::bigint AS paid_xof
    FROM payments_total AS total JOIN programmes_fundingline AS funding ON funding.id = total.funding_line_id
    WHERE funding.agreement_id = agreement.id AND total.agency_id = agency.id
) AS moved
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_xof), 0)::bigint AS advanced_xof, coalesce(sum(cleared_xof), 0)::bigint AS cleared_xof,
        coalesce(sum(amount_xof - cleared_xof) FILTER (WHERE %(day)s - paid_on <= 30), 0)::bigint AS recent_xof,
        coalesce(sum(amount_xof - cleared_xof) FILTER (WHERE %(day)s - paid_on BETWEEN 31 AND 90), 0)::bigint AS aging_xof,
        coalesce(sum(amount_xof - cleared_xof) FILTER (WHERE %(day)s - paid_on > 90), 0)::bigint AS old_xof
    FROM programmes_advance
    WHERE agreement_id = agreement.id AND agency_id = agency.id AND approved_at IS NOT NULL
) AS given
WHERE agreement.id = ANY (%(agreements)s) AND (moved.committed_xof <> 0 OR given.advanced_xof <> 0)
ORDER BY agreement.code, agency.name
