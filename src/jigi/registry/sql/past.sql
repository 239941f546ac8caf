-- creates: the past of every table of the register, and the fences of the past and of health
SELECT foundation_keep_past('registry_household', 'registry_pasthousehold');
SELECT foundation_keep_past('registry_person', 'registry_pastperson');
SELECT foundation_keep_past('registry_membership', 'registry_pastmembership');
SELECT foundation_keep_past('registry_identifier', 'registry_pastidentifier');
SELECT foundation_keep_past('registry_phone', 'registry_pastphone');
SELECT foundation_keep_past('registry_health', 'registry_pasthealth');
SELECT foundation_keep_past('registry_livingconditions', 'registry_pastlivingconditions');

-- Whoever sees a row sees what it was. Health is read by acts only, with a reason that is kept.
SELECT foundation_fence('registry_health', 'false');
SELECT foundation_fence('registry_pasthealth', 'false');
SELECT foundation_fence('registry_pasthousehold', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = registry_pasthousehold.id)');
SELECT foundation_fence('registry_pastperson', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_person AS person WHERE person.id = registry_pastperson.id)');
SELECT foundation_fence('registry_pastmembership', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('registry_pastidentifier', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_person AS person WHERE person.id = person_id)');
SELECT foundation_fence('registry_pastphone', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_person AS person WHERE person.id = person_id)');
SELECT foundation_fence('registry_pastlivingconditions', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)')
