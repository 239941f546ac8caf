-- reads: grievances_case that are complaints, not sensitive, of some communes, and grievances_deadline; how many by
-- category, how long until the answer. What the system found is nobody's complaint: nobody waits for its answer.
-- `days` are calendar days from the day it was heard to the day of the first answer; `late` those past their day;
-- `in_time` those answered within the working days that their category allows in the commune, from hearing to deciding.
WITH allowed AS (
    SELECT category_id, sum(days)::int AS days FROM grievances_deadline
    WHERE level = 'commune' AND status IN ('received', 'acknowledged', 'sorted', 'examination', 'decided')
    GROUP BY category_id
)
SELECT category.name, count(*) AS cases,
    count(*) FILTER (WHERE one.status NOT IN ('closed', 'cancelled')) AS live,
    count(*) FILTER (WHERE one.due_on < %(today)s AND one.status NOT IN ('answered', 'closed', 'cancelled')) AS late,
    count(one.answered_on) AS answered,
    count(*) FILTER (WHERE one.answered_on <= grievances_working_day(one.received_on, allowed.days)) AS in_time,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY one.answered_on - one.received_on)::numeric, 1) AS median_days,
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY one.answered_on - one.received_on)::numeric, 1) AS ninth_days,
    count(*) FILTER (WHERE one.satisfaction = 'yes') AS satisfied,
    count(*) FILTER (WHERE one.satisfaction = 'partly') AS partly,
    count(*) FILTER (WHERE one.satisfaction = 'no') AS unsatisfied,
    count(*) FILTER (WHERE one.satisfaction IN ('yes', 'partly', 'no')) AS asked
FROM grievances_case AS one
JOIN grievances_category AS category ON category.code = one.category_id
JOIN allowed ON allowed.category_id = category.code
WHERE NOT one.sensitive AND one.origin = 'complaint' AND one.status NOT IN ('cancelled', 'joined')
    AND one.received_on >= %(since)s AND one.received_on <= %(until)s
    AND (%(everywhere)s OR one.commune_id = ANY (%(communes)s::bigint[]))
GROUP BY category.code, category.name
ORDER BY count(*) DESC, category.name
