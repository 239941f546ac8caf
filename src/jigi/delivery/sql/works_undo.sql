-- reads: delivery_presence; writes: the presences of the corrected sheet, taken back by the counter-sheet
UPDATE delivery_presence SET undone_by_id = %(sheet)s WHERE timesheet_id = %(corrects)s AND undone_by_id IS NULL
