-- reads: extract_household, enrolment_enrolment, programmes_component, programmes_programme, geography_area,
-- geography_areaversion; the table « inscriptions » of an extract
SELECT kept.code, version.code || ':' || commune.code, programme.code, component.code, component.kind, enrolment.status,
    to_char(enrolment.enrolled_at, 'YYYY-MM'), to_char(enrolment.exited_at, 'YYYY-MM'), enrolment.first_term, enrolment.last_term
FROM enrolment_enrolment AS enrolment
JOIN extract_household AS kept ON kept.id = enrolment.household_id
JOIN programmes_component AS component ON component.id = enrolment.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN geography_area AS commune ON commune.id = enrolment.commune_id
JOIN geography_areaversion AS version ON version.id = commune.version_id
