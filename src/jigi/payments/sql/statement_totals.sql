-- reads: payments_total; what became of the money, by one of the five dimensions, within those that are chosen
SELECT CASE %(by)s WHEN 'convention' THEN agreement.code WHEN 'programme' THEN component.id::text
        WHEN 'commune' THEN area.code WHEN 'agence' THEN agency.code ELSE round.id::text END AS key,
    min(CASE %(by)s WHEN 'convention' THEN agreement.name WHEN 'programme' THEN component.name
        WHEN 'commune' THEN area.name WHEN 'agence' THEN agency.name ELSE round.label END) AS name,
    min(CASE %(by)s WHEN 'convention' THEN agreement.donor WHEN 'commune' THEN cercle.name WHEN 'agence' THEN ''
        ELSE programme.name END) AS above,
    sum(moved.rights)::bigint AS rights, sum(moved.reserved_xof)::bigint AS reserved_xof,
    sum(moved.committed_xof)::bigint AS committed_xof, sum(moved.spent_xof)::bigint AS spent_xof,
    sum(moved.agency_xof)::bigint AS agency_xof, sum(moved.refunded_xof)::bigint AS refunded_xof,
    sum(moved.left_xof)::bigint AS left_xof, sum(moved.fees_xof)::bigint AS fees_xof
FROM (
    SELECT total.funding_line_id, total.round_id, total.commune_id, total.agency_id,
        coalesce(sum(total.lines) FILTER (WHERE total.kind = 'reserve'), 0) AS rights,
        coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'reserve'), 0) AS reserved_xof,
        coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'commit'), 0) AS committed_xof,
        sum(total.paid_xof) AS spent_xof, sum(total.agency_xof) AS agency_xof,
        coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'refund'), 0) AS refunded_xof,
        sum(total.reserved_xof) AS left_xof, sum(total.fees_xof) AS fees_xof
    FROM payments_total AS total
    WHERE total.component_id = ANY (%(components)s) AND total.commune_id = ANY (%(communes)s)
        AND total.funding_line_id IN (SELECT id FROM programmes_fundingline WHERE agreement_id = ANY (%(agreements)s))
        AND (total.agency_id = %(agency)s OR %(agency)s IS NULL) AND (total.round_id = %(round)s OR %(round)s IS NULL)
    GROUP BY total.funding_line_id, total.round_id, total.commune_id, total.agency_id
) AS moved
JOIN programmes_fundingline AS funding ON funding.id = moved.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = funding.agreement_id
JOIN programmes_component AS component ON component.id = funding.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN payments_paymentround AS round ON round.id = moved.round_id
JOIN geography_area AS area ON area.id = moved.commune_id
JOIN geography_area AS cercle ON cercle.id = area.parent_id
JOIN programmes_agency AS agency ON agency.id = moved.agency_id
GROUP BY key
ORDER BY min(programme.name), min(CASE WHEN %(by)s = 'tour' THEN round.term * 1000 + round.sequence ELSE 0 END), above,
    name, key
