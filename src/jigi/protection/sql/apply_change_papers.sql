-- reads: changes_changerequest; writes: changes_changeevidence (deleted; the request, its facts and signatures stay)
DELETE FROM changes_changeevidence AS paper USING changes_changerequest AS request
WHERE request.id = paper.request_id AND request.status NOT IN ('draft', 'submitted')
    AND coalesce(request.checked_at, request.made_at) < %(before)s
