-- reads: enrolment_card, live, of a commune, a village or an enrolment; what each paper shows, by village then name
SELECT card.number, card.key_id, e.household_id, household.rsu_number,
    person.given_names || ' ' || person.surname AS recipient, coalesce(village.name, '') AS village,
    commune.name AS commune, programme.name AS programme, e.pay_point
FROM enrolment_card AS card
JOIN enrolment_enrolment AS e ON e.id = card.enrolment_id AND e.recipient_id = card.recipient_id
JOIN programmes_component AS component ON component.id = e.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN registry_household AS household ON household.id = e.household_id
JOIN registry_person AS person ON person.id = card.recipient_id
JOIN geography_area AS commune ON commune.id = e.commune_id
LEFT JOIN geography_area AS village ON village.id = e.village_id
WHERE card.withdrawn_at IS NULL AND e.component_id = %(component)s AND e.commune_id = %(commune)s
    AND (%(village)s::bigint IS NULL OR e.village_id = %(village)s)
    AND (%(enrolment)s::bigint IS NULL OR e.id = %(enrolment)s)
ORDER BY village.name NULLS LAST, e.village_id, person.surname, person.given_names, card.id
