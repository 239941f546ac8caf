-- creates: the fences of benefits, of lines that wait and of problems: seen with their household; problems by who sent too
SELECT foundation_fence('schemes_benefit', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('schemes_benefitline', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('schemes_benefitproblem', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM schemes_benefitbatch AS batch WHERE batch.id = batch_id AND batch.sent_by_id = geography_person())
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)')
