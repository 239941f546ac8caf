-- reads: payments_entitlement of a model round; writes: {entitlement}, the same rights in a past round, one in
-- `owed_every` still owed (none when 0)
INSERT INTO {entitlement} (round_id, component_id, household_id, enrolment_id, funding_line_id, recipient_id,
    commune_id, agency_id, account_sealed, account_index, pay_point, amount_xof, status)
SELECT %(round)s, component_id, household_id, enrolment_id, funding_line_id, recipient_id, commune_id, agency_id,
    account_sealed, account_index, pay_point, amount_xof,
    CASE household_id %% nullif(%(owed_every)s, 0) WHEN 0 THEN 'owed' ELSE 'paid' END
FROM payments_entitlement WHERE round_id = %(model)s
ORDER BY id
