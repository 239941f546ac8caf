-- writes: results_figure, results_value; what each figure kept so far may be, by its indicator; nothing else of it changes
ALTER TABLE results_figure DISABLE TRIGGER result_is_kept;
ALTER TABLE results_value DISABLE TRIGGER result_is_kept;

CREATE TEMPORARY TABLE results_sorts ON COMMIT DROP AS
SELECT unnest(codes) AS code, sort FROM (VALUES
    (ARRAY['menages_transferts', 'enfants_transferts', 'beneficiaires', 'enfants_pnp', 'menages_rsu', 'menages_servis',
        'communes_servies', 'chantiers', 'travailleurs', 'personnes_pnp', 'personnes_rsu'], 'count'),
    (ARRAY['jours_travail', 'francs_verses'], 'sum'),
    (ARRAY['part_femmes', 'part_pauvres', 'paiements_a_temps', 'plaintes_a_temps', 'menages_prevus'], 'share'),
    (ARRAY['part_femmes_travail', 'respect_ma', 'execution'], 'ratio'),
    (ARRAY['ratio_gestion', 'financement'], 'balance')
) AS told (codes, sort);
UPDATE results_figure AS kept SET sort = told.sort FROM results_sorts AS told WHERE told.code = kept.indicator;
UPDATE results_value AS kept SET sort = told.sort FROM results_sorts AS told WHERE told.code = kept.indicator;

ALTER TABLE results_figure ENABLE TRIGGER result_is_kept;
ALTER TABLE results_value ENABLE TRIGGER result_is_kept;
