-- reads: what arm_judged.sql reads; the households that an arm without a campaign would enrol
SELECT id FROM (
{sql:arm_judged}
) AS judged WHERE reason = '' ORDER BY id
