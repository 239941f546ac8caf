-- reads: the numbers drawn, in order; writes: delivery_workapplication (rank and status of each)
UPDATE delivery_workapplication AS asked
SET rank = drawn.rank, status = CASE WHEN drawn.rank <= cardinality(%(chosen)s::bigint[]) THEN 'chosen' ELSE 'substitute' END
FROM unnest(%(chosen)s::bigint[] || %(substitutes)s::bigint[]) WITH ORDINALITY AS drawn (number, rank)
WHERE asked.worksite_id = %(worksite)s AND asked.number = drawn.number AND asked.status = 'applied'
