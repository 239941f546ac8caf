-- reads: rights_moved.sql of one entry in some books; writes: payments_total
INSERT INTO payments_total AS kept
SELECT funding_line_id, origin_round_id AS round_id, component_id, commune_id, agency_id, kind,
    count(*) FILTER (WHERE NOT of_fee) AS lines, coalesce(sum(amount_xof) FILTER (WHERE NOT of_fee), 0)::bigint AS amount_xof,
    sum(reserved * amount_xof)::bigint AS reserved_xof, sum(agency * amount_xof)::bigint AS agency_xof,
    sum(paid * amount_xof)::bigint AS paid_xof, sum(fees_xof)::bigint AS fees_xof, sum(paid_whole)::bigint AS paid_lines
FROM (
{sql:rights_moved}
    WHERE posted.book_id = ANY (%(books)s) AND posted.entry_id = %(entry)s
        -- The rounds are named, so that no other partition of lines is read.
        AND line.origin_round_id = ANY (%(rounds)s) AND (line.round_id = %(round)s OR %(round)s IS NULL)
) AS moved
GROUP BY funding_line_id, origin_round_id, component_id, commune_id, agency_id, kind
ON CONFLICT ON CONSTRAINT total_pkey DO UPDATE
    SET lines = kept.lines + excluded.lines, amount_xof = kept.amount_xof + excluded.amount_xof,
        reserved_xof = kept.reserved_xof + excluded.reserved_xof, agency_xof = kept.agency_xof + excluded.agency_xof,
        paid_xof = kept.paid_xof + excluded.paid_xof, fees_xof = kept.fees_xof + excluded.fees_xof,
        paid_lines = kept.paid_lines + excluded.paid_lines
