-- creates: the guard of disclosures. Nothing is told but by a request that another person approved, under an agreement in
-- force, of its places, and of nobody who opposes it or was erased (the head whom a line names included), whatever wrote
-- the lines.
CREATE FUNCTION sharing_guard_disclosures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT told_in_id FROM told) AS one
        JOIN sharing_sharingdelivery AS delivery ON delivery.id = one.told_in_id
        JOIN sharing_sharingrequest AS request ON request.id = delivery.request_id
        JOIN sharing_sharingagreement AS agreement ON agreement.id = request.agreement_id
        WHERE request.status <> 'approved' OR request.expires_on < current_date OR agreement.status <> 'approved'
            OR current_date NOT BETWEEN agreement.starts_on AND agreement.ends_on) THEN
        RAISE EXCEPTION 'Rien n’est remis sans demande approuvée ni convention en vigueur.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_told_under_agreement';
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT DISTINCT request.agreement_id, household.commune_id, household.village_id
            FROM told
            JOIN sharing_sharingdelivery AS delivery ON delivery.id = told.told_in_id
            JOIN sharing_sharingrequest AS request ON request.id = delivery.request_id
            JOIN registry_household AS household ON household.id = told.household_id) AS place
        WHERE NOT sharing_under(place.commune_id, place.agreement_id)
            AND NOT coalesce(sharing_under(place.village_id, place.agreement_id), false)) THEN
        RAISE EXCEPTION 'Un ménage remis n’est pas des lieux de la convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_told_of_its_places';
    END IF;
    IF EXISTS (
        WITH toward AS (
            SELECT told.household_id, coalesce(told.person_id, told.head_id) AS person_id, agreement.partner
            FROM told
            JOIN sharing_sharingdelivery AS delivery ON delivery.id = told.told_in_id
            JOIN sharing_sharingrequest AS request ON request.id = delivery.request_id
            JOIN sharing_sharingagreement AS agreement ON agreement.id = request.agreement_id
        )
        SELECT FROM toward JOIN sharing_sharingobjection AS objection ON objection.person_id = toward.person_id
        WHERE objection.lifted_at IS NULL AND objection.partner IN ('', toward.partner)
        UNION ALL
        SELECT FROM toward JOIN sharing_sharingobjection AS objection ON objection.household_id = toward.household_id
        WHERE objection.lifted_at IS NULL AND objection.partner IN ('', toward.partner)
            AND objection.person_id IS NULL) THEN
        RAISE EXCEPTION 'Une personne opposée au partage ne peut être remise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_told_unopposed';
    END IF;
    IF EXISTS (
        SELECT FROM told JOIN registry_household AS household ON household.id = told.household_id
        WHERE starts_with(household.source_key, 'effacé:')
        UNION ALL
        SELECT FROM told JOIN registry_person AS person ON person.id = coalesce(told.person_id, told.head_id)
        WHERE person.surname = 'effacée' AND person.given_names = 'Personne') THEN
        RAISE EXCEPTION 'Une personne effacée ne peut être remise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_told_unerased';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rightly_told AFTER INSERT ON sharing_sharingdisclosure REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION sharing_guard_disclosures();
