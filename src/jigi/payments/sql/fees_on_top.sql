-- reads: payments_roundfee, programmes_feerule; whether some right of these rounds has a fee on top
SELECT EXISTS (
    SELECT FROM payments_roundfee AS ruled
    JOIN programmes_feerule AS rule ON rule.id = ruled.rule_id AND rule.mode = 'on_top'
        AND (rule.fixed_xof > 0 OR rule.per_mille > 0 OR rule.least_xof > 0)
    WHERE ruled.round_id = ANY (%(rounds)s)
) AS found
