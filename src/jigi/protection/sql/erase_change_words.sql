-- reads: erased_household, erased_person, changes_changeitem; writes: changes_changerequest (the words of requests; kind, dates
-- and signatures stay; what is not decided is withdrawn)
UPDATE changes_changerequest AS request SET reason = 'effacé', left_because = '',
    decision = CASE WHEN request.decision = '' THEN '' ELSE 'effacé' END,
    status = CASE WHEN request.status IN ('draft', 'submitted') THEN 'withdrawn' ELSE request.status END
WHERE request.household_id IN (SELECT id FROM erased_household) OR request.other_id IN (SELECT id FROM erased_household)
    OR EXISTS (SELECT FROM changes_changeitem AS item
        WHERE item.request_id = request.id AND item.person_id IN (SELECT id FROM erased_person))
