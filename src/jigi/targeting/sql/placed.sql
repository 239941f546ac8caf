-- reads: targeting_targetingcommune, registry_household; the active households of a campaign, each where it is: at home,
-- or where a crisis took it when the campaign follows the displaced
    SELECT household.id, household.village_id, household.size, household.collected_on
    FROM targeting_targetingcommune AS chosen
    JOIN registry_household AS household ON household.commune_id = chosen.commune_id AND household.status = 'active'
    WHERE chosen.targeting_round_id = %(round)s
        AND NOT (%(follow)s AND household.situation = 'displaced' AND household.stay_commune_id IS NOT NULL)
    UNION ALL
    SELECT household.id, household.stay_village_id, household.size, household.collected_on
    FROM targeting_targetingcommune AS chosen
    JOIN registry_household AS household ON household.stay_commune_id = chosen.commune_id
        AND household.status = 'active' AND household.situation = 'displaced'
    WHERE chosen.targeting_round_id = %(round)s AND %(follow)s
