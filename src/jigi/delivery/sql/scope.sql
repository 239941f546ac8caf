-- creates: delivery_cells(), a component in a commune (programmes_cell) of a person's scope for what is delivered
CREATE FUNCTION delivery_cells() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT programmes_cell(component.id, cell.commune)
    FROM geography_delivery_cells() AS cell
    JOIN programmes_programme AS programme ON cell.programme IN ('', programme.code)
    JOIN programmes_component AS component ON component.programme_id = programme.id
$$
