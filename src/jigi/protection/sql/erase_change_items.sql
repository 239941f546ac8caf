-- reads: erased_household, erased_person, changes_changerequest; writes: changes_changeitem (what was asked and what was
-- written of it; which fact, which decision stay)
UPDATE changes_changeitem AS item SET sealed = '', done_sealed = '',
    why = CASE WHEN item.why = '' THEN '' ELSE 'effacé' END
FROM changes_changerequest AS request
WHERE request.id = item.request_id AND (request.household_id IN (SELECT id FROM erased_household)
    OR request.other_id IN (SELECT id FROM erased_household) OR item.person_id IN (SELECT id FROM erased_person))
