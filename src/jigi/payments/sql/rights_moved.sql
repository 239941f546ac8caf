-- reads: ledger_posting, payments_instruction, ledger_account; what each posting on a right moved (kind: of its account)
    SELECT line.funding_line_id, line.origin_round_id, line.component_id, line.commune_id, line.agency_id, posted.kind,
        posted.amount_xof, (debit.kind = 'programme')::int - (credit.kind = 'programme')::int AS reserved,
        (debit.kind = 'agency')::int - (credit.kind = 'agency')::int AS agency,
        (debit.kind = 'paid')::int - (credit.kind = 'paid')::int AS paid,
        -- What is paid in part, which is always less than the order, is francs and no right paid.
        ((debit.kind = 'paid')::int - (credit.kind = 'paid')::int) * (posted.amount_xof = line.amount_xof)::int
            AS paid_whole,
        debit.kind LIKE 'fees%%' OR credit.kind LIKE 'fees%%' AS of_fee,
        ((debit.kind LIKE 'fees%%')::int - (credit.kind LIKE 'fees%%')::int) * posted.amount_xof AS fees_xof
    FROM ledger_posting AS posted
    JOIN payments_instruction AS line ON line.entitlement_id = posted.item AND line.attempt = posted.attempt
    JOIN ledger_account AS debit ON debit.id = posted.debit_id
    JOIN ledger_account AS credit ON credit.id = posted.credit_id
