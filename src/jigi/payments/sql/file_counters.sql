-- reads: payments_returnline of one file; writes: payments_returnfile, what it brought
UPDATE payments_returnfile AS file
SET lines = n.lines, paid = n.paid, paid_xof = n.paid_xof, unpaid = n.unpaid, exceptions = n.exceptions,
    read_xof = n.read_xof
FROM (
    SELECT count(*) AS lines,
        count(*) FILTER (WHERE outcome = 'paid') AS paid,
        coalesce(sum(amount_xof) FILTER (WHERE outcome = 'paid'), 0) AS paid_xof,
        count(*) FILTER (WHERE outcome IN ('absent', 'refused', 'reversed')) AS unpaid,
        count(*) FILTER (WHERE outcome IN ('unknown', 'other_agency', 'wrong_amount', 'unreadable', 'conflict', 'undone'))
            AS exceptions,
        coalesce(sum(amount_xof), 0) AS read_xof
    FROM payments_returnline WHERE return_file_id = %(file)s
) AS n
WHERE file.id = %(file)s
