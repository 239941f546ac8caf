-- reads: {table}; the next rows that another key than the current one has sealed, in the order of their key
SELECT {key}, {column} FROM {table}
WHERE (%(after)s::bigint IS NULL OR {key} > %(after)s::bigint) AND substr({column}, 1, 1) NOT IN ('', %(current)s)
ORDER BY {key} LIMIT %(batch)s
