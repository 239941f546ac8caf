-- reads: targeting_list_line, registry_household, targeting_targetingcommune, geography_area
-- creates: targeting_list_match, each line with the household it names and the line that named it first
CREATE TEMPORARY TABLE targeting_list_match ON COMMIT DROP AS
WITH named AS (
    SELECT household.{key} AS number,
        count(*) AS everywhere,
        count(chosen.id) AS here,
        min(household.id) FILTER (WHERE chosen.id IS NOT NULL) AS household_id
    FROM registry_household AS household
    LEFT JOIN targeting_targetingcommune AS chosen
        ON chosen.targeting_round_id = %(round)s AND chosen.commune_id = CASE
            WHEN %(follow)s AND household.situation = 'displaced' AND household.stay_commune_id IS NOT NULL
            THEN household.stay_commune_id ELSE household.commune_id END
    WHERE household.status = 'active' AND household.{key} IN (SELECT number FROM targeting_list_line)
    GROUP BY household.{key}
)
SELECT line.*, named.everywhere, named.here, village.id AS village_id, village.code AS own_village_code,
    CASE WHEN named.here = 1 THEN named.household_id END AS household_id,
    min(line.line) OVER (PARTITION BY line.number) AS first_line
FROM targeting_list_line AS line
LEFT JOIN named ON named.number = line.number
LEFT JOIN registry_household AS household ON household.id = named.household_id AND named.here = 1
LEFT JOIN geography_area AS village ON village.id = CASE
    WHEN %(follow)s AND household.situation = 'displaced' AND household.stay_commune_id IS NOT NULL
    THEN household.stay_village_id ELSE household.village_id END
