-- creates: the fences of rights, orders and the lines of returns
SELECT foundation_fence('payments_entitlement', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('payments_instruction', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('payments_owed', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('payments_returnline', '(SELECT geography_everywhere(''returns''))')
