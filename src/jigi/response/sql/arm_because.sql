-- reads: what arm_judged.sql reads; the households that an arm without a campaign names, for some reasons
SELECT id FROM (
{sql:arm_judged}
) AS judged WHERE reason = ANY (%(reasons)s)
