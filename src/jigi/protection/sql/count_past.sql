-- reads: registry_pasthousehold, registry_pastperson, registry_pastmembership, registry_pastidentifier, registry_pastphone,
-- registry_pasthealth, registry_pastlivingconditions; counts the forms that ended before the rule allows
SELECT (SELECT count(*) FROM registry_pasthousehold WHERE recorded_to < %(before)s)
    + (SELECT count(*) FROM registry_pastperson WHERE recorded_to < %(before)s)
    + (SELECT count(*) FROM registry_pastmembership WHERE recorded_to < %(before)s)
    + (SELECT count(*) FROM registry_pastidentifier WHERE recorded_to < %(before)s)
    + (SELECT count(*) FROM registry_pastphone WHERE recorded_to < %(before)s)
    + (SELECT count(*) FROM registry_pasthealth WHERE recorded_to < %(before)s)
    + (SELECT count(*) FROM registry_pastlivingconditions WHERE recorded_to < %(before)s) AS rows
