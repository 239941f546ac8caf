-- reads: stage_figure, stage_value; writes: shocks_signalproblem (lines without a place, cells that can't be read,
-- contradictions, provisional figures that would replace final ones)
WITH torn AS (
    SELECT signal, area_id, starts_on, ends_on, published_on, outlook, min(line) AS line
    FROM stage_figure WHERE problem IS NULL AND gather = ''
    GROUP BY signal, area_id, starts_on, ends_on, published_on, outlook
    HAVING min(value) <> max(value) OR min(status) <> max(status)
)
INSERT INTO shocks_signalproblem (file_id, line, "column", value, problem, remedy)
SELECT %(file)s, line, column_name, said, problem, remedy FROM stage_figure WHERE problem IS NOT NULL
UNION ALL
SELECT %(file)s, figure.line, figure.column_name, figure.value::text,
    'La ligne ' || torn.line || ' donne une autre valeur du même signal, au même lieu et pour la même période',
    'Gardez une seule des lignes qui se contredisent'
FROM stage_figure AS figure JOIN torn USING (signal, area_id, starts_on, ends_on, published_on, outlook)
WHERE figure.problem IS NULL AND figure.gather = ''
UNION ALL
SELECT %(file)s, line, '', value::text, 'Cette valeur provisoire est autre que la définitive déjà connue',
    'Une valeur définitive ne cède qu’à une autre définitive : vérifiez l’état dans la source'
FROM stage_value WHERE refused
ORDER BY 2, 3
