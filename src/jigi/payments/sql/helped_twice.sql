-- reads: what helped.sql reads; gives the households helped twice or more for one need
WITH {sql:helped}
SELECT id FROM helped WHERE branch = %(branch)s AND givers > 1
