-- reads and writes: enrolment_enrolment
UPDATE enrolment_enrolment SET status = 'exited', exited_at = now(),
    exit_reason = CASE WHEN last_term = first_term THEN 'fin de l’échéance unique'
        ELSE 'fin des ' || last_term - first_term + 1 || ' échéances' END
WHERE component_id = %(component)s AND status = 'active' AND last_term <= %(closed_term)s
    AND (%(communes)s::bigint[] IS NULL OR commune_id = ANY (%(communes)s::bigint[]))
