-- creates: what rounds have charged to the budget of an agreement, and the refusal of a round that overspends a strict one
CREATE FUNCTION payments_charges(of_agreement bigint) RETURNS TABLE (
    purpose text, component_id bigint, year int, round_id bigint, reserved_xof bigint, committed_xof bigint,
    spent_xof bigint, returned_xof bigint
) LANGUAGE sql STABLE AS $$
    -- The year is the one in which the period of the term begins, whenever the money moves.
    WITH moved AS (
        SELECT total.component_id, extract(year FROM round.covers_from)::int AS year, total.round_id,
            coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'reserve'), 0)::bigint AS reserved_xof,
            -- Handed to an agency and not come back: a right that is presented again is not committed twice.
            sum(total.agency_xof + total.paid_xof)::bigint AS committed_xof,
            sum(total.paid_xof)::bigint AS spent_xof,
            coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'refund'), 0)::bigint AS returned_xof,
            coalesce(sum(total.fees_xof) FILTER (WHERE total.kind = 'reserve'), 0)::bigint AS fees_xof,
            -coalesce(sum(total.fees_xof) FILTER (WHERE total.kind <> 'reserve'), 0)::bigint AS fees_returned_xof
        FROM payments_total AS total
        JOIN payments_paymentround AS round ON round.id = total.round_id
        WHERE total.funding_line_id IN (SELECT id FROM programmes_fundingline WHERE agreement_id = of_agreement)
        GROUP BY total.component_id, year, total.round_id
    )
    SELECT 'transfers', moved.component_id, moved.year, moved.round_id, moved.reserved_xof, moved.committed_xof,
        moved.spent_xof, moved.returned_xof FROM moved
    UNION ALL
    -- Kept totals know what fees are reserved for and what came back; what agencies hold or keep of them is one sum.
    SELECT 'fees', moved.component_id, moved.year, moved.round_id, moved.fees_xof, NULL, NULL, moved.fees_returned_xof
    FROM moved WHERE moved.fees_xof <> 0 OR moved.fees_returned_xof <> 0
$$;

CREATE FUNCTION payments_guard_budget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    over record;
BEGIN
    -- Only what this statement reserves can be refused: a line that an amendment made smaller blocks nothing else.
    SELECT agreement.code AS agreement, coalesce(line.code, 'hors budget') AS line INTO over
    FROM (SELECT DISTINCT funding.agreement_id FROM kept
        JOIN programmes_fundingline AS funding ON funding.id = kept.funding_line_id WHERE kept.kind = 'reserve') AS touched
    JOIN programmes_agreement AS agreement ON agreement.id = touched.agreement_id
    JOIN programmes_budget AS budget
        ON budget.id = programmes_budget_of(agreement.id, current_date) AND budget.strict
    CROSS JOIN LATERAL payments_charges(agreement.id) AS charged
    LEFT JOIN programmes_budgetline AS line
        ON line.id = programmes_budget_line(budget.id, charged.purpose, charged.component_id, charged.year)
    GROUP BY agreement.code, line.id, line.code, line.amount_xof
    HAVING sum(charged.reserved_xof - charged.returned_xof) > coalesce(line.amount_xof, 0)
        AND bool_or(charged.round_id IN (SELECT round_id FROM kept WHERE kind = 'reserve'))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'La ligne « % » du budget de la convention % serait dépassée.', over.line, over.agreement
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reserved_money_is_within_budget';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER total_is_within_budget AFTER INSERT ON payments_total
    REFERENCING NEW TABLE AS kept FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_budget();
CREATE TRIGGER total_stays_within_budget AFTER UPDATE ON payments_total
    REFERENCING NEW TABLE AS kept FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_budget()
