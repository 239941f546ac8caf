-- reads: sharing_sharingobjection, registry_household, registry_person; whether somebody opposed any sharing, or was erased,
-- since a moment
SELECT EXISTS (SELECT FROM sharing_sharingobjection AS objection
        WHERE objection.partner = '' AND objection.since > %(seen_at)s)
    OR EXISTS (SELECT FROM registry_household AS household
        WHERE household.recorded_at > %(seen_at)s AND starts_with(household.source_key, 'effacé:'))
    OR EXISTS (SELECT FROM registry_person AS person
        WHERE person.recorded_at > %(seen_at)s AND person.given_names = 'Personne' AND person.surname = 'effacée')
    AS outlived
