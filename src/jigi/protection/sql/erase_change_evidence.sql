-- reads: erased_household, erased_person, changes_changerequest, changes_changeitem; writes: changes_changeevidence (deleted)
DELETE FROM changes_changeevidence AS paper USING changes_changerequest AS request
WHERE request.id = paper.request_id AND (request.household_id IN (SELECT id FROM erased_household)
    OR request.other_id IN (SELECT id FROM erased_household)
    OR EXISTS (SELECT FROM changes_changeitem AS item
        WHERE item.request_id = request.id AND item.person_id IN (SELECT id FROM erased_person)))
