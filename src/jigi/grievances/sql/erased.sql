-- reads: erased_household, erased_person, grievances_casehousehold, grievances_case: the complaints of whoever is erased
    SELECT own.case_id FROM grievances_casehousehold AS own WHERE own.household_id IN (SELECT id FROM erased_household)
    UNION SELECT one.id FROM grievances_case AS one WHERE one.person_id IN (SELECT id FROM erased_person)
