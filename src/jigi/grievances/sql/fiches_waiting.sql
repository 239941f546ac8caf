-- reads: intake_submission of one form, grievances_arrival: the questionnaires that nobody has looked at, or whose sound
-- had not come; those come first, so that what waits for a sound keeps nothing back
SELECT own.id FROM intake_submission AS own
JOIN intake_formversion AS version ON version.id = own.form_version_id
JOIN intake_form AS form ON form.id = version.form_id AND form.code = %(form)s
LEFT JOIN grievances_arrival AS known ON known.fiche_id = own.id
WHERE own.sealed <> '' AND (known.id IS NULL OR known.became = 'awaited')
ORDER BY (known.id IS NOT NULL), own.id LIMIT %(most)s
