-- reads: the numbers given; writes: erased_household, erased_person
WITH households AS (
    INSERT INTO erased_household SELECT DISTINCT unnest(%(households)s::bigint[])
)
INSERT INTO erased_person SELECT DISTINCT unnest(%(persons)s::bigint[])
