-- creates: the fences of rights, orders and the lines of returns
SELECT foundation_fence('payments_entitlement', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('payments_instruction', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('payments_owed', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
-- A file speaks of any commune that its agency serves: its lines are for who holds them all.
SELECT foundation_fence('payments_returnline', '(SELECT geography_everywhere(''payments''))
    OR return_file_id IN (
        SELECT file.id FROM payments_returnfile AS file
        WHERE EXISTS (SELECT FROM programmes_agencycommune AS served WHERE served.agency_id = file.agency_id)
            AND NOT EXISTS (
                SELECT FROM programmes_agencycommune AS served
                WHERE served.agency_id = file.agency_id
                    AND programmes_cell(served.component_id, served.commune_id) NOT IN (SELECT programmes_cells())))')
