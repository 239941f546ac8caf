-- reads: delivery_handout, enrolment_enrolment, programmes_component: households that received a ration under a contract, how
-- many of them are enrolled for cash today, persons of each, and persons of no household of the register
WITH served AS (
    SELECT household_id, count(DISTINCT person_id) AS persons FROM delivery_handout
    WHERE contract_id = %(contract)s AND cancelled_at IS NULL AND household_id IS NOT NULL GROUP BY household_id
), cash AS (
    SELECT served.*, EXISTS (
        SELECT FROM enrolment_enrolment AS enrolled
        JOIN programmes_component AS component ON component.id = enrolled.component_id
        WHERE enrolled.household_id = served.household_id AND enrolled.status = 'active'
            AND component.kind IN ('regular', 'emergency')) AS gets_cash
    FROM served
)
SELECT count(*) FILTER (WHERE gets_cash) AS with_cash, count(*) FILTER (WHERE NOT gets_cash) AS without_cash,
    coalesce(sum(persons) FILTER (WHERE gets_cash), 0)::bigint AS persons_with_cash,
    coalesce(sum(persons) FILTER (WHERE NOT gets_cash), 0)::bigint AS persons_without_cash,
    (SELECT count(DISTINCT line.entry_id) FROM delivery_handout AS given
        JOIN delivery_distributionline AS line ON line.id = given.line_id
        WHERE given.contract_id = %(contract)s AND given.cancelled_at IS NULL AND given.household_id IS NULL) AS unregistered
FROM cash
