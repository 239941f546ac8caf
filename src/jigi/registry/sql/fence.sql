-- creates: the fences of the register's tables: a person of a commune in scope, and what hangs on them
SELECT foundation_fence('registry_household',
    '(SELECT geography_everywhere(''registry'')) OR commune_id IN (SELECT geography_communes())');
SELECT foundation_fence('registry_person',
    '(SELECT geography_everywhere(''registry'')) OR commune_id IN (SELECT geography_communes())');
SELECT foundation_fence('registry_membership', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('registry_identifier', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_person AS person WHERE person.id = person_id)');
SELECT foundation_fence('registry_phone', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_person AS person WHERE person.id = person_id)');
-- The rows of a survey sample name nobody.
SELECT foundation_fence('registry_livingconditions', '(SELECT geography_everywhere(''registry''))
    OR household_id IS NULL
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)')
