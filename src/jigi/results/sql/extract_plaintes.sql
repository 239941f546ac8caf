-- reads: grievances_case, programmes_programme, geography_area, geography_areaversion; the table « plaintes » of an extract:
-- ordinary cases only, by cercle and quarter, with no word of what was told
SELECT version.code || ':' || cercle.code, programme.code, heard.category_id, heard.origin, heard.channel, heard.level,
    heard.status, heard.outcome, to_char(heard.received_on, 'YYYY"-T"Q'), heard.answered_on - heard.received_on,
    heard.satisfaction
FROM grievances_case AS heard
LEFT JOIN programmes_programme AS programme ON programme.id = heard.programme_id
LEFT JOIN geography_area AS commune ON commune.id = heard.commune_id
LEFT JOIN geography_area AS cercle ON cercle.id = commune.parent_id
LEFT JOIN geography_areaversion AS version ON version.id = cercle.version_id
WHERE NOT heard.sensitive AND heard.status <> 'cancelled'
