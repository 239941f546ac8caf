-- reads: delivery_grantranked; writes: delivery_grantapplication: each application of a selection as its verdict says
UPDATE delivery_grantapplication AS application
SET status = CASE ranked.verdict WHEN 'selected' THEN 'selected' WHEN 'waiting' THEN 'waiting' ELSE 'refused' END
FROM delivery_grantranked AS ranked
WHERE ranked.selection_id = %(selection)s AND application.id = ranked.application_id
    AND application.status = 'submitted'
