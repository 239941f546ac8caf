-- reads: payments_owed of one component; the rounds that something is owed of
SELECT DISTINCT round_id AS round FROM payments_owed WHERE component_id = %(component)s
