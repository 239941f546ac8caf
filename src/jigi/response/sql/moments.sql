-- reads: response_activation, response_arm, targeting, enrolment_cohort, payments; gives the day of each step, one row a response
WITH chosen AS (
    SELECT id, asked_at, decided_at, closed_at FROM response_activation WHERE id = ANY (%(activations)s)
), arm AS (
    SELECT arm.activation_id, arm.component_id, arm.status <> 'ended' AS counts, coalesce(arm.listed_at, campaign.frozen_at) AS listed_at,
        coalesce(arm.enrolled_at, cohort.made_at) AS enrolled_at
    FROM response_arm AS arm
    LEFT JOIN targeting_targetinground AS campaign ON campaign.id = arm.targeting_round_id
    LEFT JOIN enrolment_cohort AS cohort ON cohort.id = arm.cohort_id
    WHERE arm.activation_id IN (SELECT id FROM chosen) AND arm.status <> 'cancelled'
), arms AS (
    SELECT activation_id, count(*) AS arms, count(listed_at) AS listed, max(listed_at) AS listed_at,
        count(enrolled_at) AS enrolled, max(enrolled_at) AS enrolled_at
    FROM arm WHERE counts GROUP BY activation_id
), served AS (
    SELECT DISTINCT arm.activation_id, component.id AS component_id, component.terms
    FROM arm JOIN programmes_component AS component ON component.id = arm.component_id
), played AS (
    SELECT served.activation_id, round.id, round.term, round.component_id, round.status, round.prepared_at,
        round.approved_at, round.released_at
    FROM served JOIN chosen ON chosen.id = served.activation_id
    JOIN payments_paymentround AS round ON round.component_id = served.component_id AND round.status <> 'cancelled'
        AND round.made_at >= chosen.decided_at AND round.made_at <= coalesce(chosen.closed_at, 'infinity')
), rounds AS (
    SELECT activation_id, count(*) AS rounds, min(prepared_at) AS prepared_at, min(approved_at) AS approved_at,
        min(released_at) AS released_at, bool_and(status IN ('released', 'closed')) AS all_left,
        count(DISTINCT (component_id, term)) FILTER (WHERE status IN ('released', 'closed')) AS terms_left
    FROM played GROUP BY activation_id
), sent AS (
    SELECT played.activation_id, min(given.at) AS ordered_at
    FROM played JOIN (
        SELECT payment_round_id, made_at AS at FROM payments_orderfile
        UNION ALL SELECT payment_round_id, started_at FROM payments_dispatch
    ) AS given ON given.payment_round_id = played.id
    GROUP BY played.activation_id
), paid AS (
    SELECT played.activation_id, min(line.settled_on) AS first_on, max(line.settled_on) AS last_on,
        count(*) FILTER (WHERE line.status = 'open') AS open
    FROM played JOIN payments_instruction AS line ON line.round_id = played.id
    WHERE played.status IN ('released', 'closed') AND line.status IN ('paid', 'partial', 'open')
    GROUP BY played.activation_id
)
SELECT chosen.id, chosen.asked_at::date AS asked, chosen.decided_at::date AS decided, coalesce(arms.arms, 0) AS arms,
    coalesce(arms.listed, 0) AS arms_listed, coalesce(arms.enrolled, 0) AS arms_enrolled,
    CASE WHEN arms.listed = arms.arms THEN arms.listed_at::date END AS listed,
    CASE WHEN arms.enrolled = arms.arms THEN arms.enrolled_at::date END AS enrolled,
    rounds.prepared_at::date AS prepared, rounds.approved_at::date AS approved, rounds.released_at::date AS released,
    sent.ordered_at::date AS ordered, paid.first_on AS first_paid,
    CASE WHEN chosen.closed_at IS NOT NULL OR paid.open = 0 AND rounds.all_left
        AND rounds.terms_left >= (SELECT sum(terms) FROM served WHERE activation_id = chosen.id)
        THEN paid.last_on END AS last_paid
FROM chosen
LEFT JOIN arms ON arms.activation_id = chosen.id
LEFT JOIN rounds ON rounds.activation_id = chosen.id
LEFT JOIN sent ON sent.activation_id = chosen.id
LEFT JOIN paid ON paid.activation_id = chosen.id
