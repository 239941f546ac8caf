-- creates: the fences of lists and results, seen with their households
SELECT foundation_fence('targeting_listedhousehold', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('targeting_result', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)')
