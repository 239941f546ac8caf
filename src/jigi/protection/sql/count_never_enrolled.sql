-- reads: registry_household, enrolment_enrolment, protection_datarequest; counts the households that the rule anonymises
SELECT count(*) AS rows FROM ({sql:never_enrolled}) AS old
