-- reads: what never_enrolled.sql reads; writes: erased_household (then erased as all are)
INSERT INTO erased_household {sql:never_enrolled}
