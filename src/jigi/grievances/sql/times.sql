-- reads: grievances_case that are not sensitive, of some communes; how many by category, how long until the answer.
-- `days` are calendar days from the day it was heard to the day of the first answer; `late` those past their day.
SELECT category.name, count(*) AS cases,
    count(*) FILTER (WHERE one.status NOT IN ('closed', 'cancelled')) AS live,
    count(*) FILTER (WHERE one.due_on < %(today)s AND one.status NOT IN ('answered', 'closed', 'cancelled')) AS late,
    count(one.answered_on) AS answered,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY one.answered_on - one.received_on)::numeric, 1) AS median_days,
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY one.answered_on - one.received_on)::numeric, 1) AS ninth_days,
    count(*) FILTER (WHERE one.satisfaction = 'yes') AS satisfied,
    count(*) FILTER (WHERE one.satisfaction IN ('yes', 'partly', 'no')) AS asked
FROM grievances_case AS one
JOIN grievances_category AS category ON category.code = one.category_id
WHERE NOT one.sensitive AND one.status <> 'cancelled' AND one.received_on >= %(since)s AND one.received_on <= %(until)s
    AND (%(everywhere)s OR one.commune_id = ANY (%(communes)s::bigint[]))
GROUP BY category.code, category.name
ORDER BY count(*) DESC, category.name
