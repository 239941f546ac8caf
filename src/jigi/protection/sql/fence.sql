-- creates: the fence of requests: seen with the household they are about; by those of the whole country when about none
SELECT foundation_fence('protection_datarequest', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)')
