-- reads: protection_datarequest; counts the closed requests whose words are older than the rule allows
SELECT count(*) AS rows FROM protection_datarequest
WHERE emptied_on IS NULL AND status IN ('done', 'refused', 'withdrawn')
    AND coalesce(done_at, decided_at, made_at) < %(before)s
