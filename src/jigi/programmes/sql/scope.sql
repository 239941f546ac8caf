-- creates: programmes_cell(), a component in a commune as one number, and programmes_cells(), those of a person's scope
CREATE FUNCTION programmes_cell(component bigint, commune bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (component << 32) | commune $$;
CREATE FUNCTION programmes_cells() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT programmes_cell(component.id, cell.commune)
    FROM geography_cells() AS cell
    JOIN programmes_programme AS programme ON cell.programme IN ('', programme.code)
    JOIN programmes_component AS component ON component.programme_id = programme.id
$$
