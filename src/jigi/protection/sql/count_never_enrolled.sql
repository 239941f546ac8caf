-- reads: what never_enrolled.sql reads; counts the households that the rule anonymises
SELECT count(*) AS rows FROM ({sql:never_enrolled}) AS old
