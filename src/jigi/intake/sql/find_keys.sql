-- reads: pg_constraint (the foreign keys that point at a household or a person; of whole tables, not of partitions)
SELECT held.relname AS name, pointing.attname AS column_name, target.relname AS target
FROM pg_constraint AS key
JOIN pg_class AS held ON held.oid = key.conrelid
JOIN pg_class AS target ON target.oid = key.confrelid
JOIN pg_attribute AS pointing ON pointing.attrelid = key.conrelid AND pointing.attnum = key.conkey[1]
WHERE key.contype = 'f' AND key.conparentid = 0
    AND key.confrelid IN ('registry_household'::regclass, 'registry_person'::regclass)
ORDER BY held.relname, pointing.attname
