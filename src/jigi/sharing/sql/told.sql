-- reads: sharing_sharingdisclosure; gives the lines and households of a delivery, and the last of its lines
SELECT count(*) AS lines, count(DISTINCT household_id) AS households,
    coalesce(max(household_id), 0) AS last_household,
    coalesce((SELECT last.person_id FROM sharing_sharingdisclosure AS last
        WHERE last.told_in_id = %(delivery)s ORDER BY last.household_id DESC, last.person_id DESC LIMIT 1), 0)
        AS last_person
FROM sharing_sharingdisclosure WHERE told_in_id = %(delivery)s
