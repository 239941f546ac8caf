-- reads: protection_datarequest; writes: sharing_sharingobjection (oppositions granted before sharing knew of them)
INSERT INTO sharing_sharingobjection (household_id, person_id, partner, data_request, since)
SELECT household_id, person_id, '', id, decided_at FROM protection_datarequest
WHERE kind = 'opposition' AND scope IN ('all', 'sharing') AND status IN ('accepted', 'done')
