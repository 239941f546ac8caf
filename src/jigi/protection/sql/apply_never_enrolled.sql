-- reads: registry_household, enrolment_enrolment, protection_datarequest; writes: erased_household (then erased as all are)
INSERT INTO erased_household {sql:never_enrolled}
