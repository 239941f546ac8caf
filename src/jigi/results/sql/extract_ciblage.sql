-- reads: extract_household, targeting_result, targeting_targetinground; the table « ciblage » of an extract
SELECT kept.code, campaign.id, campaign.programme_code, result.committee_rank, round(result.score::numeric, 2),
    result.selected, result.reason
FROM targeting_result AS result
JOIN extract_household AS kept ON kept.id = result.household_id
JOIN targeting_targetinground AS campaign ON campaign.id = result.targeting_round_id
WHERE campaign.status = 'frozen'
