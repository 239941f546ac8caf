-- reads: delivery_withholding decided for the term and not lifted, of who has a right in the round (payable.sql); writes:
-- payments_termwithheld, each for its part of the term; together never more than the whole
WITH standing AS (
    SELECT held.id, held.enrolment_id, held.percent
    FROM delivery_withholding AS held
    WHERE held.component_id = %(component)s AND held.term = %(term)s AND held.decided_at IS NOT NULL
        AND held.lifted_at IS NULL AND NOT %(beside)s
    FOR SHARE
), parts AS (
    SELECT held.id, c.amount_xof,
        least(100, sum(held.percent) OVER upto) AS until,
        least(100, sum(held.percent) OVER upto - held.percent) AS since
    FROM standing AS held
    JOIN enrolment_enrolment AS e ON e.id = held.enrolment_id
    JOIN programmes_component AS c ON c.id = e.component_id
    JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
    WHERE {sql:payable}
    WINDOW upto AS (PARTITION BY held.enrolment_id ORDER BY held.id)
)
INSERT INTO payments_termwithheld (withholding_id, payment_round_id, amount_xof)
SELECT id, %(round)s, amount_xof * until / 100 - amount_xof * since / 100 FROM parts
