-- reads: payments_returnundoing since the act began; writes: payments_returnline, the lines taken back
UPDATE payments_returnline AS answer SET outcome = 'undone', why = %(why)s
FROM payments_returnundoing AS undone
WHERE undone.return_line_id = answer.id AND answer.return_file_id = %(file)s AND undone.id > %(since)s
