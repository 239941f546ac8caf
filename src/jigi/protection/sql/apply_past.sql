-- writes: registry_pasthousehold, registry_pastperson, registry_pastmembership, registry_pastidentifier, registry_pastphone,
-- registry_pasthealth, registry_pastlivingconditions (deleted, in the opened past of erasure.py); counts them
WITH household AS (
    DELETE FROM registry_pasthousehold WHERE recorded_to < %(before)s RETURNING 1
), person AS (
    DELETE FROM registry_pastperson WHERE recorded_to < %(before)s RETURNING 1
), membership AS (
    DELETE FROM registry_pastmembership WHERE recorded_to < %(before)s RETURNING 1
), identifier AS (
    DELETE FROM registry_pastidentifier WHERE recorded_to < %(before)s RETURNING 1
), phone AS (
    DELETE FROM registry_pastphone WHERE recorded_to < %(before)s RETURNING 1
), health AS (
    DELETE FROM registry_pasthealth WHERE recorded_to < %(before)s RETURNING 1
), livingconditions AS (
    DELETE FROM registry_pastlivingconditions WHERE recorded_to < %(before)s RETURNING 1
)
SELECT (SELECT count(*) FROM household) + (SELECT count(*) FROM person) + (SELECT count(*) FROM membership) + (SELECT count(*) FROM identifier)
    + (SELECT count(*) FROM phone) + (SELECT count(*) FROM health) + (SELECT count(*) FROM livingconditions) AS rows
