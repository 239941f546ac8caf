-- creates: grievances_number(), a number of twelve digits that nobody guesses, its last two checking the others
CREATE FUNCTION grievances_number() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    -- ISO 7064, MOD 97-10, as rules.py reads it; gen_random_uuid() draws from the system's strong source.
    SELECT serial * 100 + 98 - serial * 100 % 97
    FROM (SELECT 1000000000 + ('x' || replace(substr(gen_random_uuid()::text, 20, 17), '-', ''))::bit(60)::bigint
        % 9000000000 AS serial) AS drawn
$$
