-- reads: changes_changeevidence, changes_changerequest; counts the papers of requests decided before the rule allows
SELECT count(*) AS rows FROM changes_changeevidence AS paper
JOIN changes_changerequest AS request ON request.id = paper.request_id
WHERE request.status NOT IN ('draft', 'submitted') AND coalesce(request.checked_at, request.made_at) < %(before)s
