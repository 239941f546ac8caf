-- reads: stage_household, registry_livingconditions; writes: stage_household (known_id), stage_problem (interviews
-- repeated in the file, or in the survey with another content)
WITH placed AS (
    UPDATE stage_household AS target SET known_id = known.id, first_line = source.first_line
    FROM (
        SELECT line, key, min(line) OVER (PARTITION BY key) AS first_line FROM stage_household WHERE key IS NOT NULL
    ) AS source
    LEFT JOIN registry_livingconditions AS known ON known.survey = %(survey)s AND known.survey_key = source.key
    WHERE target.line = source.line
    RETURNING target.line, target.key, target.first_line, known.id IS NOT NULL AND
        ROW(known.collected_on, {known_living}) IS DISTINCT FROM ROW(target.collected_on, {target_living}) AS changed
)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT false, line, key, %(key_column)s, key, 'error', found.code, found.message, found.remedy
FROM placed CROSS JOIN LATERAL (VALUES
    (line > first_line, 'repeated', 'Cette fiche est répétée dans le fichier : la ligne ' || first_line || ' est gardée',
        'Retirez cette ligne, ou corrigez son numéro de fiche'),
    (line = first_line AND changed, 'changed', 'Cette fiche est déjà dans l’enquête avec un autre contenu',
        'Rien n’est écrasé : donnez un autre code d’enquête au nouveau fichier')
) AS found (wrong, code, message, remedy)
WHERE found.wrong
