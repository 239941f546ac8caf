-- reads: {entitlement}, the rights of one round; how many in each of some communes, in the order of the list
SELECT commune_id, count(*) AS rights FROM {entitlement} WHERE commune_id = ANY (%(communes)s)
GROUP BY commune_id ORDER BY commune_id
