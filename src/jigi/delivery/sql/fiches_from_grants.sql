-- reads: delivery_grantvisit, delivery_grantfiche, intake_submission; writes: delivery_fieldfiche, delivery_fieldfault (visits
-- that were taken or held before the four questionnaires were taken alike)
INSERT INTO delivery_fieldfiche (fiche_id, form, contract_id, commune_id, households, number, status, sent_by_id, sent_at, tried_by_id, tried_at)
SELECT fiche.id, 'visite-agr', visit.contract_id, visit.commune_id, ARRAY[visit.household_id], '', 'taken', fiche.sent_by_id, fiche.received_at, visit.made_by_id,
    fiche.received_at
FROM delivery_grantvisit AS visit JOIN intake_submission AS fiche ON fiche.id = visit.fiche_id;

WITH kept AS (
    INSERT INTO delivery_fieldfiche (fiche_id, form, households, number, status, sent_by_id, sent_at, tried_by_id, tried_at)
    SELECT fiche.id, 'visite-agr', '{}', held.said, 'held', fiche.sent_by_id, fiche.received_at, held.tried_by_id, held.tried_at
    FROM delivery_grantfiche AS held JOIN intake_submission AS fiche ON fiche.id = held.fiche_id
    RETURNING id, fiche_id
)
INSERT INTO delivery_fieldfault (fiche_id, line, question, what, remedy)
SELECT kept.id, 0, '', held.why, '' FROM kept JOIN delivery_grantfiche AS held ON held.fiche_id = kept.fiche_id
