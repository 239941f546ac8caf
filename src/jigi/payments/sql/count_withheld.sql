-- reads: the enrolments of a round's term and communes that it does not pay (withheld.sql), counted by reason
SELECT withheld.reason, count(*) AS enrolments
FROM (
{sql:withheld}
) AS withheld
JOIN enrolment_enrolment AS e ON e.id = withheld.id
    AND e.status = 'active' AND %(term)s BETWEEN e.first_term AND e.last_term
JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
GROUP BY withheld.reason
ORDER BY withheld.reason
