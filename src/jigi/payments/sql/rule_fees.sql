-- reads: payments_entitlement of one round, programmes_feerule; writes: payments_roundfee, the rule that applies in each commune and agency
INSERT INTO payments_roundfee (round_id, commune_id, agency_id, rule_id)
SELECT %(round)s, cell.commune_id, cell.agency_id, cell.rule_id
FROM (
    SELECT commune_id, agency_id, programmes_fee_rule(agency_id, commune_id, %(programme)s, %(day)s) AS rule_id
    FROM payments_entitlement WHERE round_id = %(round)s GROUP BY commune_id, agency_id
) AS cell
WHERE cell.rule_id IS NOT NULL
