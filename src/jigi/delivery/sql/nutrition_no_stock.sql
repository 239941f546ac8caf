-- reads: stage_portion; writes: stage_handout (rations for which the site has not enough)
UPDATE stage_handout SET fault = 'no_stock'
WHERE fault IS NULL AND n NOT IN (SELECT n FROM stage_portion)
