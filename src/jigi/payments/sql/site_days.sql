-- reads: paying_part (temporary); writes: payments_siteday, each day of each pay point once
INSERT INTO payments_siteday (plan_id, commune_id, pay_point, day)
SELECT DISTINCT %(plan)s::bigint, commune_id, pay_point, day FROM paying_part
