-- reads: pg_shdepend, pg_roles; the roles named by rights and policies of this database, its owner left out
SELECT DISTINCT r.rolname
FROM pg_shdepend AS d
JOIN pg_roles AS r ON r.oid = d.refobjid
WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND d.refclassid = 'pg_authid'::regclass AND d.deptype IN ('a', 'r') AND r.rolname !~ '^pg_'
ORDER BY 1
