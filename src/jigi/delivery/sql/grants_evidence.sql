-- reads: asked (instalment_id, day), delivery_grant*; what is known of each instalment asked, and what its tranche needs
SELECT instalment.id AS instalment_id, instalment.number, tranche.training_days AS needs_training_days,
    tranche.visits AS needs_visits, tranche.receipts_percent AS needs_receipts_percent,
    tranche.photos AS needs_photos, tranche.after_days AS needs_after_days,
    (SELECT count(*) FROM delivery_granttrainee AS trainee
        WHERE trainee.application_id = whole.application_id)::int AS training_days,
    (SELECT count(*) FROM delivery_grantvisit AS visit
        WHERE visit.grant_id = whole.id AND visit.struck_at IS NULL
            AND visit.held_on >= coalesce(before.released_on, '-infinity') AND visit.held_on <= asked.day)::int AS visits,
    (SELECT coalesce(sum(paper.amount_xof), 0) FROM delivery_grantevidence AS paper
        WHERE paper.instalment_id = instalment.id AND paper.sort = 'receipt')::bigint AS receipts_xof,
    (SELECT count(*) FROM delivery_grantevidence AS paper
        WHERE paper.instalment_id = instalment.id AND paper.sort = 'photo')::int AS photos,
    coalesce(before.amount_xof, 0) AS before_xof, asked.day - before.released_on AS days_since
FROM asked
JOIN delivery_grantinstalment AS instalment ON instalment.id = asked.instalment_id
JOIN delivery_grant AS whole ON whole.id = instalment.grant_id
JOIN delivery_granttranche AS tranche ON tranche.call_id = instalment.call_id AND tranche.number = instalment.number
LEFT JOIN delivery_grantinstalment AS earlier
    ON earlier.grant_id = instalment.grant_id AND earlier.number = instalment.number - 1
LEFT JOIN delivery_grantrelease AS before ON before.instalment_id = earlier.id AND before.undone_at IS NULL
