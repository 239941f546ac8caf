-- creates: the fence of alerts, which name people who act: for whoever follows those of their communes, or of the country
SELECT foundation_fence('monitoring_alert',
    '(SELECT geography_everywhere(''alerts'')) OR commune_id IN (SELECT geography_alerted())')
