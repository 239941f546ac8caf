-- creates: the fences of what names the households of grants: within the contracts of who reads
SELECT foundation_fence(fenced, '(SELECT geography_everywhere(''payments'')) OR contract_id IN (
    SELECT delivery_contracts())')
FROM unnest(ARRAY['delivery_grantapplication', 'delivery_grantapplicant', 'delivery_granttrainee',
    'delivery_grantscore', 'delivery_grantranked', 'delivery_grant', 'delivery_grantinstalment',
    'delivery_grantrelease', 'delivery_grantevidence', 'delivery_grantvisit', 'delivery_grantdefault',
    'delivery_grantgraduation']) AS fenced;
