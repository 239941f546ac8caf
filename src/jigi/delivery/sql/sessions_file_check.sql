-- reads: stage_attendance_file, delivery_session, registry_household, enrolments; writes: stage_attendance_file (what is
-- wrong with each line, the first thing found; the good lines have none)
WITH told AS (
    SELECT session_id, max(held_on) AS held_on, max(men) AS men, max(women) AS women, max(place) AS place,
        max(facilitator) AS facilitator, count(DISTINCT held_on) > 1 OR count(DISTINCT men) > 1
            OR count(DISTINCT women) > 1 AS quarrels
    FROM stage_attendance_file WHERE fault = '' GROUP BY session_id
), seen AS (
    SELECT stage.line, stage.session_id, stage.rsu, stage.household_id, stage.consented, session.id AS found,
        session.contract_id, session.status, session.version, session.commune_id, session.households,
        household.status AS household_status, household.village_id, session.village_id AS session_village,
        household.commune_id AS household_commune, told.quarrels, told.held_on, told.men, told.women, told.place,
        told.facilitator, coalesce(session.men + session.women, told.men + told.women) AS crowd,
        min(stage.line) OVER (PARTITION BY stage.session_id, stage.household_id) AS first_line
    FROM stage_attendance_file AS stage
    JOIN told USING (session_id)
    LEFT JOIN delivery_session AS session ON session.id = stage.session_id
    LEFT JOIN registry_household AS household ON household.id = stage.household_id
    WHERE stage.fault = ''
), receivers AS (
    {sql:sessions_receivers}
), counted AS (
    SELECT session_id, count(DISTINCT household_id) AS named,
        count(DISTINCT household_id) FILTER (WHERE village_id = session_village) AS here,
        count(DISTINCT household_id) FILTER (WHERE village_id IS DISTINCT FROM session_village) AS elsewhere
    FROM seen WHERE household_id IS NOT NULL GROUP BY session_id
), fresh AS (
    SELECT session_id, count(DISTINCT household_id) AS fresh FROM stage_attendance_file
    WHERE fault = '' AND NOT known AND household_id IS NOT NULL GROUP BY session_id
), judged AS (
    SELECT seen.line, CASE
        WHEN found IS NULL OR contract_id <> %(contract)s OR NOT commune_id = ANY (%(communes)s) THEN ARRAY['session',
            'Ce contrat n’a pas de séance de ce numéro',
            'Recopiez-le de la page de la séance ou de sa feuille.']
        WHEN status IN ('checked', 'cancelled') THEN ARRAY['session',
            CASE status WHEN 'checked' THEN 'Cette séance est déjà contrôlée' ELSE 'Cette séance est dite non tenue' END,
            'Faites-la rouvrir, ou prévoir de nouveau, avant de la compléter.']
        WHEN quarrels THEN ARRAY['session', 'Les lignes de cette séance ne disent pas le même jour ou les mêmes nombres',
            'Écrivez les mêmes date, hommes et femmes sur toutes ses lignes, ou sur une seule.']
        WHEN status = 'planned' AND (held_on IS NULL OR men IS NULL OR women IS NULL OR men + women = 0 OR place = ''
            OR facilitator = '') THEN ARRAY['session',
            'Cette séance n’est pas dite tenue, et le fichier ne dit pas tout d’elle',
            'Ajoutez date, hommes, femmes, lieu et animateur sur une de ses lignes.']
        WHEN status = 'planned' AND NOT held_on BETWEEN %(starts_on)s AND least(%(ends_on)s, current_date) THEN
            ARRAY['held_on', 'Ce jour n’est pas dans la durée du contrat, ou il est à venir', 'Corrigez le jour.']
        WHEN rsu <> '' AND (seen.household_id IS NULL OR household_status <> 'active') THEN ARRAY['rsu',
            'Aucun ménage du registre n’a ce numéro aujourd’hui', 'Vérifiez-le sur la carte, ou comptez sans nommer.']
        WHEN rsu <> '' AND NOT household_commune = ANY (%(places)s) THEN ARRAY['rsu',
            'Ce ménage n’est pas d’une commune du contrat', 'Comptez-le sans le nommer.']
        WHEN rsu <> '' AND first_line < seen.line THEN ARRAY['rsu',
            'Ce ménage est déjà à la ligne ' || first_line || ' pour cette séance', 'Retirez cette ligne.']
        WHEN counted.elsewhere >= %(least_foreign)s AND counted.elsewhere > counted.here THEN ARRAY['session',
            counted.elsewhere || ' des ' || counted.named || ' ménages de cette séance sont d’un autre village',
            'Est-ce la feuille d’un autre village ? Corrigez le numéro de la séance.']
        WHEN households + coalesce(fresh.fresh, 0) > crowd THEN ARRAY['session',
            households + fresh.fresh || ' ménages nommés pour ' || crowd || ' personnes comptées',
            'Corrigez hommes et femmes, ou la liste.']
        WHEN rsu <> '' AND NOT consented AND receiver.household_id IS NULL THEN ARRAY['consented',
            'Ce ménage ne reçoit rien : il n’est nommé qu’avec son accord', 'Écrivez oui dans accord, ou ne le nommez pas.']
    END AS fault
    FROM seen LEFT JOIN counted USING (session_id) LEFT JOIN fresh USING (session_id)
    LEFT JOIN receivers AS receiver ON receiver.household_id = seen.household_id
)
UPDATE stage_attendance_file AS stage SET fault_column = judged.fault[1], fault = judged.fault[2], fault_remedy = judged.fault[3],
    fault_value = CASE judged.fault[1] WHEN 'rsu' THEN stage.rsu WHEN 'session' THEN stage.session_id::text
        WHEN 'held_on' THEN stage.held_on::text ELSE '' END
FROM judged WHERE judged.line = stage.line AND judged.fault IS NOT NULL
