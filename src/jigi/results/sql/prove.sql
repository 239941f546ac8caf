-- reads: results_value, by results_digest(); the digest of a snapshot from its values as they are now
SELECT results_digest(%(snapshot)s) AS digest
