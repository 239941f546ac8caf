-- creates: the fence of enrolments: a component in a commune of the person's scope
SELECT foundation_fence('enrolment_enrolment', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())')
