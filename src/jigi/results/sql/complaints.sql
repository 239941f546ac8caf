-- reads: grievances_case, grievances_deadline, grievances_holiday; ordinary complaints heard in the days that were
-- answered, or whose time to answer is over; `good` is answered within the working days that the category grants up to
-- the answer. Sensitive ones are never counted.
SELECT told.id AS unit, NULL::bigint AS household_id, told.commune_id, NULL::text AS kind, NULL::text AS agreement,
    NULL::text AS sex, NULL::integer AS age, told.received_on AS on_day, 0::bigint AS amount,
    told.answered_on IS NOT NULL AND told.answered_on <= told.due_on AS good
FROM (
    SELECT heard.id, heard.commune_id, heard.received_on, heard.answered_on,
        grievances_working_day(heard.received_on, granted.days) AS due_on
    FROM grievances_case AS heard
    JOIN (
        SELECT category_id, sum(days)::integer AS days FROM grievances_deadline
        WHERE level = 'commune' AND status IN ('received', 'acknowledged', 'sorted', 'examination', 'decided')
        GROUP BY category_id
    ) AS granted ON granted.category_id = heard.category_id
    WHERE NOT heard.sensitive AND heard.origin = 'complaint' AND heard.status <> 'cancelled'
        AND heard.received_on BETWEEN %(since)s AND %(until)s
) AS told
WHERE told.answered_on <= %(until)s OR told.due_on < %(until)s
