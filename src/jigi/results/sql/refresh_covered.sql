-- writes: results_covered, as covered.sql counts it now
WITH fresh AS MATERIALIZED ({sql:covered}), gone AS (
    DELETE FROM results_covered AS kept WHERE NOT EXISTS (SELECT FROM fresh WHERE fresh.commune_id = kept.commune_id)
)
INSERT INTO results_covered (commune_id, persons)
SELECT commune_id, persons FROM fresh ORDER BY 1
ON CONFLICT ON CONSTRAINT covered_once DO UPDATE SET persons = excluded.persons
