-- reads: orders of one round with the lines that answered them; what each return file brought to the round
SELECT file.id, file.file_name, file.made_at, agency.name AS agency,
    count(*) AS answered,
    count(*) FILTER (WHERE line.status = 'paid') AS paid,
    coalesce(sum(CASE line.status WHEN 'paid' THEN line.amount_xof ELSE line.paid_xof END), 0)::bigint AS paid_xof,
    count(*) FILTER (WHERE line.status <> 'paid') AS unpaid,
    file.exceptions
FROM payments_instruction AS line
JOIN payments_returnline AS answer ON answer.id = line.return_line_id
JOIN payments_returnfile AS file ON file.id = answer.return_file_id
JOIN programmes_agency AS agency ON agency.id = file.agency_id
WHERE line.round_id = %(round)s
GROUP BY file.id, file.file_name, file.made_at, agency.name, file.exceptions
ORDER BY file.id
