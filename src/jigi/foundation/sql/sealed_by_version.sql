-- reads: {table}; how many of its sealed values each version of key has sealed
SELECT get_byte({column}, 0) AS version, count(*) AS rows FROM {table} WHERE {column} <> '' GROUP BY 1
