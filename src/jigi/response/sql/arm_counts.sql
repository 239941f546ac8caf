-- reads: what arm_judged.sql reads; households that an arm without a campaign names, by reason
SELECT reason, count(*) AS households FROM (
{sql:arm_judged}
) AS judged GROUP BY reason
