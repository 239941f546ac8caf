-- reads: nothing; holds the lock of publications until the transaction ends
SELECT pg_advisory_xact_lock(hashtext('jigi.portal')) IS NULL AS held
