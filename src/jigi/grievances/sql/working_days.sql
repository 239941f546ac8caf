-- creates: grievances_working_day(), as rules.working_day; reads grievances_holiday
CREATE FUNCTION grievances_working_day(start date, days integer) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN days <= 0 THEN start ELSE (
        SELECT passing::date
        FROM generate_series(start + 1, start + days * 3 + 30, interval '1 day') AS passing
        WHERE extract(isodow FROM passing) < 6
            AND NOT EXISTS (SELECT FROM grievances_holiday AS off WHERE off.day = passing::date)
        ORDER BY passing OFFSET days - 1 LIMIT 1
    ) END
$$
