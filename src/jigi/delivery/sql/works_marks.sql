-- reads: the first entry of a sheet (sheet); a row a day worked: worker, day, half days, whether a task
SELECT line.worker_id, worker.number AS line, worker.person_id, worker.household_id, worker.enrolment_id,
    worker.contract_id, worker.component_id, worker.worksite_id, sheet.first_day + (mark.rank - 1)::integer AS held_on,
    CASE mark.sign WHEN 'D' THEN 1 ELSE 2 END AS half_days, mark.sign = 'T' AS task
FROM delivery_timesheet AS sheet
JOIN delivery_sheetentry AS entry ON entry.timesheet_id = sheet.id AND entry.hand = 1
JOIN delivery_sheetline AS line ON line.entry_id = entry.id
JOIN delivery_worker AS worker ON worker.id = line.worker_id
CROSS JOIN LATERAL regexp_split_to_table(line.marks, '') WITH ORDINALITY AS mark (sign, rank)
WHERE sheet.id = %(sheet)s AND mark.sign IN ('P', 'D', 'T')
