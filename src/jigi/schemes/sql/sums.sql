-- reads: given; gives the four counters, each of its own name: no household or person is counted twice
count(DISTINCT served_id) AS households, count(DISTINCT person_id) AS persons, count(*) AS benefits,
    coalesce(sum(amount_xof), 0)::bigint AS amount_xof
