-- reads: stage_deal (temporary); writes: {entitlement}, the line that pays each right, by its place in its commune's list
UPDATE {entitlement} AS e SET funding_line_id = dealt.line
FROM (
    SELECT id, commune_id, row_number() OVER (PARTITION BY commune_id ORDER BY id) AS place
    FROM {entitlement}
    WHERE commune_id IN (SELECT commune FROM stage_deal)
) AS listed
JOIN stage_deal AS dealt ON dealt.commune = listed.commune_id AND listed.place BETWEEN dealt.first AND dealt.last
WHERE e.id = listed.id AND e.funding_line_id <> dealt.line
