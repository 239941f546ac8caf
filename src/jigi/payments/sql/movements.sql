-- reads: entitlements of a round and of the last, its arrears orders; a row a household and movement, with its reason
SELECT coalesce(new.household_id, old.household_id) AS household_id,
    coalesce(new.commune_id, old.commune_id) AS commune_id,
    CASE WHEN old.id IS NULL THEN 'enter' WHEN new.id IS NULL THEN 'leave'
        WHEN new.amount_xof <> old.amount_xof THEN 'amount'
        WHEN new.recipient_id <> old.recipient_id THEN 'recipient'
        WHEN new.account_index <> old.account_index OR new.agency_id <> old.agency_id THEN 'account'
        ELSE 'stay' END AS movement,
    CASE WHEN old.id IS NULL AND e.first_term = %(term)s THEN 'inscription, ' || cohort.name
        WHEN old.id IS NULL AND %(earned)s THEN 'acquis depuis le dernier tour'
        WHEN old.id IS NULL THEN 'reprise du droit'
        -- Read again later, the reasons are those of the day when the list was prepared.
        WHEN new.id IS NULL AND %(earned)s THEN 'rien d’acquis depuis le dernier tour'
        WHEN new.id IS NULL AND e.exited_at <= prepared.at THEN e.exit_reason
        WHEN new.id IS NULL AND e.status = 'suspended' THEN 'inscription suspendue'
        WHEN new.id IS NULL AND e.last_term < %(term)s THEN 'fin des échéances'
        WHEN new.id IS NULL AND withheld.reason = 'died' THEN 'allocataire décédé'
        WHEN new.id IS NULL AND withheld.reason = 'gone' THEN 'allocataire parti du ménage'
        WHEN new.id IS NULL AND withheld.reason = 'merged' THEN 'ménage fusionné'
        WHEN new.id IS NULL AND withheld.reason = 'dissolved' THEN 'ménage dissous'
        WHEN new.id IS NULL AND withheld.reason = 'left' THEN 'ménage sorti du registre'
        WHEN new.id IS NULL AND elsewhere.household_id IS NOT NULL
            THEN left('même objet et même période : ' || elsewhere.programme, 120)
        WHEN new.id IS NULL AND more.withheld_xof > 0 THEN left('échéance retenue : ' || more.reason, 120)
        WHEN new.id IS NULL THEN 'hors de ce tour'
        WHEN new.amount_xof <> old.amount_xof AND more.withheld_xof > 0
            THEN left('échéance réduite : ' || more.reason, 120)
        WHEN new.amount_xof <> old.amount_xof AND more.restored_xof > 0 THEN 'retenue levée, rendue'
        WHEN new.amount_xof <> old.amount_xof AND more.earned_xof > 0 THEN 'montant acquis'
        WHEN new.amount_xof <> old.amount_xof THEN 'montant de la composante'
        WHEN new.recipient_id <> old.recipient_id THEN 'changement d’allocataire'
        WHEN new.account_index <> old.account_index OR new.agency_id <> old.agency_id
            THEN 'changement de compte ou d’agence'
        ELSE 'sans changement' END AS reason,
    coalesce(new.amount_xof, 0) - coalesce(old.amount_xof, 0) AS amount
FROM (SELECT * FROM payments_entitlement WHERE round_id = %(round)s) AS new
FULL JOIN (
    SELECT last.* FROM payments_entitlement AS last
    JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = last.commune_id
    WHERE last.round_id = ANY (%(previous_rounds)s) AND last.status <> 'cancelled'
) AS old ON old.household_id = new.household_id
LEFT JOIN enrolment_enrolment AS e ON e.id = coalesce(new.enrolment_id, old.enrolment_id)
LEFT JOIN (
{sql:withheld}
) AS withheld ON withheld.id = e.id
LEFT JOIN (
{sql:more}
) AS more ON more.enrolment_id = e.id
LEFT JOIN enrolment_cohort AS cohort ON cohort.id = e.cohort_id
LEFT JOIN (
{sql:elsewhere}
) AS elsewhere ON elsewhere.household_id = old.household_id
CROSS JOIN (
    SELECT coalesce(prepared_at, clock_timestamp()) AS at FROM payments_paymentround WHERE id = %(round)s
) AS prepared
UNION ALL
-- Who would have entered, were it not served already: those of the last round are among who leaves.
SELECT e.household_id, e.commune_id, 'left_out', left('même objet et même période : ' || elsewhere.programme, 120), 0
FROM (
{sql:elsewhere}
) AS elsewhere
JOIN enrolment_enrolment AS e ON e.household_id = elsewhere.household_id AND e.component_id = %(component)s
    AND e.status = 'active' AND %(term)s BETWEEN e.first_term AND e.last_term
JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
WHERE NOT EXISTS (SELECT FROM payments_entitlement AS listed
    WHERE listed.household_id = e.household_id AND listed.status <> 'cancelled' AND (listed.round_id = %(round)s
        OR listed.round_id = ANY (%(previous_rounds)s) AND listed.commune_id = e.commune_id))
UNION ALL
-- Whose whole term is withheld: those of the last round are among who leaves.
SELECT e.household_id, e.commune_id, 'left_out', left('échéance retenue : ' || more.reason, 120), 0
FROM (
{sql:more}
) AS more
JOIN enrolment_enrolment AS e ON e.id = more.enrolment_id
WHERE more.withheld_xof > 0 AND NOT EXISTS (SELECT FROM payments_entitlement AS listed
    WHERE listed.household_id = e.household_id AND listed.status <> 'cancelled' AND (listed.round_id = %(round)s
        OR listed.round_id = ANY (%(previous_rounds)s) AND listed.commune_id = e.commune_id))
UNION ALL
SELECT line.household_id, line.commune_id, 'arrears',
    CASE last.status WHEN 'absent' THEN 'absents' WHEN 'refused' THEN 'refusés par l’agence'
        WHEN 'reversed' THEN 'versements annulés' WHEN 'held' THEN 'ordres retenus'
        WHEN 'partial' THEN 'restes de paiements partiels' ELSE 'sans réponse de l’agence' END AS reason,
    sum(line.amount_xof)::bigint
FROM payments_instruction AS line
JOIN payments_instruction AS last ON last.origin_round_id = line.origin_round_id
    AND last.entitlement_id = line.entitlement_id AND last.attempt = line.attempt - 1
WHERE line.round_id = %(round)s AND line.kind = 'arrears'
-- Two terms owed to one household for the same reason are one household.
GROUP BY line.household_id, line.commune_id, reason
