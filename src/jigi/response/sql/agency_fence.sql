-- creates: the fence of the lines of agencies' lists that wait: for who sees every commune of their campaign
SELECT foundation_fence('response_agencyline', '(SELECT geography_everywhere(''registry'')) OR NOT EXISTS (
    SELECT FROM response_arm AS arm
    JOIN targeting_targetingcommune AS chosen ON chosen.targeting_round_id = arm.targeting_round_id
    WHERE arm.id = arm_id AND chosen.commune_id NOT IN (SELECT geography_communes()))')
