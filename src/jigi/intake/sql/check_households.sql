-- reads: stage_household, geography_area; writes: stage_problem (interviews repeated, nowhere, elsewhere, not yet made)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT false, h.line, h.key, found.column_name, found.value, 'error', found.code, found.message, found.remedy
FROM stage_household AS h
LEFT JOIN geography_area AS commune ON commune.id = h.commune_id
CROSS JOIN LATERAL (VALUES
    (h.line > h.first_line, %(key_column)s, h.key, 'repeated',
        'Cette fiche est répétée dans le fichier : la ligne ' || h.first_line || ' est gardée',
        'Retirez cette ligne, ou corrigez son numéro de fiche'),
    (h.village_code IS NOT NULL AND h.village_id IS NULL, %(village_column)s, h.village_code, 'village',
        'Le village « ' || h.village_code || ' » est inconnu du découpage ' || %(geography)s,
        'Corrigez le code, ou chargez d’abord les villages : jigi geography load'),
    (h.commune_code IS NOT NULL AND h.commune_id IS NULL, %(commune_column)s, h.commune_code, 'commune',
        'La commune « ' || h.commune_code || ' » est inconnue du découpage ' || %(geography)s, 'Corrigez le code'),
    (h.village_code IS NULL AND h.commune_code IS NULL, %(village_column)s, '', 'nowhere',
        'Le lieu manque', 'Donnez le code du village ou de la commune'),
    (h.stay_village_code IS NOT NULL AND h.stay_village_id IS NULL, %(stay_village_column)s, h.stay_village_code,
        'stay_village', 'Le village de séjour « ' || h.stay_village_code || ' » est inconnu du découpage '
            || %(geography)s, 'Corrigez le code, ou donnez la commune de séjour'),
    (h.stay_commune_code IS NOT NULL AND h.stay_commune_id IS NULL, %(stay_commune_column)s, h.stay_commune_code,
        'stay_commune', 'La commune de séjour « ' || h.stay_commune_code || ' » est inconnue du découpage '
            || %(geography)s, 'Corrigez le code'),
    (h.stayed_since IS NOT NULL AND h.stay_commune_id IS NULL, %(stayed_since_column)s, h.stayed_since::text,
        'stay_nowhere', 'Le ménage séjourne ailleurs depuis un jour, mais le lieu manque',
        'Donnez le village ou la commune de séjour'),
    (h.stayed_since > h.collected_on, %(stayed_since_column)s, h.stayed_since::text, 'stay_later',
        'Le séjour commence après l’enquête', 'Corrigez l’une des deux dates'),
    (h.commune_code <> commune.code, %(commune_column)s, h.commune_code, 'village_elsewhere',
        'Le village « ' || h.village_code || ' » est de la commune ' || commune.code, 'Corrigez l’un des deux codes'),
    (h.known_id IS NULL AND NOT commune.path LIKE ANY (%(paths)s), coalesce(nullif(%(village_column)s, ''), %(commune_column)s),
        coalesce(h.village_code, h.commune_code), 'out_of_posting',
        'Votre affectation ne couvre pas la commune ' || commune.code, 'Confiez cette ligne à qui la couvre'),
    (h.collected_on > current_date, %(collected_on_column)s, h.collected_on::text, 'future',
        'La date d’enquête est dans l’avenir', 'Corrigez la date'),
    (h.collected_on < date '1990-01-01', %(collected_on_column)s, h.collected_on::text, 'past',
        'La date d’enquête est avant 1990', 'Corrigez la date'),
    (h.collected_on IS NULL AND NOT EXISTS (SELECT 1 FROM stage_problem AS p WHERE NOT p.of_member
        AND p.line = h.line AND p.column_name = %(collected_on_column)s), %(collected_on_column)s, '', 'undated',
        'La date d’enquête manque', 'Donnez le jour de l’enquête')
) AS found (wrong, column_name, value, code, message, remedy)
WHERE found.wrong
