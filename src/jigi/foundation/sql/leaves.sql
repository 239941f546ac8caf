-- reads: the catalogue; the tables that hold the rows of a table: its partitions, or itself
SELECT relid::regclass::text AS name FROM pg_partition_tree(%(table)s::regclass) WHERE isleaf
UNION ALL
SELECT %(table)s WHERE NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = %(table)s::regclass)
