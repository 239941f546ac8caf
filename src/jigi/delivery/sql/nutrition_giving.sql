-- creates: the triggers that keep distributions true: lines of a plan not yet closed, hand-outs of their line and ration
-- A plan made while the tables are small serves the whole session: without seqscan it holds when they have grown.
CREATE FUNCTION delivery_guard_lines() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM lines AS line
        JOIN delivery_distribution AS d ON d.id = line.distribution_id
        JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
        JOIN delivery_censusentry AS entry ON entry.id = line.entry_id
        WHERE d.status NOT IN ('draft', 'approved') OR line.contract_id <> d.contract_id
            OR stop.distribution_id <> d.id OR stop.village_id <> entry.village_id
            OR entry.contract_id <> d.contract_id
            OR (line.household_id, line.person_id, line.category)
                IS DISTINCT FROM (entry.household_id, entry.person_id, entry.category)
            OR NOT EXISTS (SELECT FROM delivery_ration AS ration WHERE ration.scale_id = d.scale_id
                AND ration.category = line.category AND ration.product_id = line.product_id
                AND ration.grams_per_month * d.months = line.grams)
    ) THEN
        PERFORM delivery_refuse_stock('distribution_line_of_its_plan',
            'Une ligne est celle d''une personne recensée du village, à la ration du barème.');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER line_of_its_plan AFTER INSERT ON delivery_distributionline REFERENCING NEW TABLE AS lines
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_lines();
CREATE TRIGGER line_stays AFTER UPDATE ON delivery_distributionline REFERENCING NEW TABLE AS lines
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_lines();

-- A hand-out is of its line; what left the site for it is its ration, of its product, from the site of the day.
CREATE FUNCTION delivery_guard_handouts() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM given
        JOIN delivery_distributionline AS line ON line.id = given.line_id
        JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
        JOIN delivery_distribution AS d ON d.id = line.distribution_id
        -- By the index, one hand-out after another: what is known of the table before them says nothing of them.
        CROSS JOIN LATERAL (
            SELECT sum(m.grams) AS grams, bool_and(lot.product_id = line.product_id) AS of_product,
                bool_and(m.place_id = stop.place_id) AS of_place
            FROM delivery_stockmovement AS m JOIN delivery_lot AS lot ON lot.id = m.lot_id
            WHERE m.handout_id = given.id
        ) AS moved
        WHERE (given.distribution_id, given.contract_id, given.commune_id)
                IS DISTINCT FROM (d.id, d.contract_id, stop.commune_id)
            OR (given.household_id, given.person_id) IS DISTINCT FROM (line.household_id, line.person_id)
            OR line.verdict = 'unsure' AND NOT given.age_checked
            OR moved.grams IS DISTINCT FROM CASE WHEN given.cancelled_at IS NULL THEN -line.grams ELSE 0 END
            OR NOT moved.of_product OR NOT moved.of_place
            OR TG_OP = 'INSERT' AND d.status <> 'approved'
    ) THEN
        PERFORM delivery_refuse_stock('handout_of_its_line',
            'Une remise est la ration de sa ligne, sortie du site, d''une distribution approuvée.');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER handout_of_its_line AFTER INSERT ON delivery_handout REFERENCING NEW TABLE AS given
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_handouts();
CREATE TRIGGER handout_cancelled_with_stock AFTER UPDATE ON delivery_handout REFERENCING NEW TABLE AS given
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_handouts();
-- A hand-out is cancelled once, while its distribution is open. An erasure may still empty the name of a proxy.
CREATE FUNCTION delivery_guard_handout_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
            OR (OLD.number, OLD.line_id, OLD.act_id, OLD.receiver, OLD.held_on, OLD.made_by_id, OLD.age_checked)
            IS DISTINCT FROM
            (NEW.number, NEW.line_id, NEW.act_id, NEW.receiver, NEW.held_on, NEW.made_by_id, NEW.age_checked)
            OR OLD.cancelled_at IS NOT NULL AND OLD.cancelled_at IS DISTINCT FROM NEW.cancelled_at
            OR OLD.cancelled_at IS DISTINCT FROM NEW.cancelled_at AND NOT EXISTS (
                SELECT FROM delivery_distribution WHERE id = OLD.distribution_id AND status = 'approved') THEN
        PERFORM delivery_refuse_stock('handout_stays',
            'Une remise s''annule une fois, distribution ouverte ; elle ne se modifie ni ne s''efface.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handout_stays BEFORE UPDATE OR DELETE ON delivery_handout
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_handout_change();

-- Movements that come later than their hand-out are those of its cancelling, which the trigger above has weighed.
CREATE FUNCTION delivery_guard_handout_movements() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT handout_id FROM moved WHERE handout_id IS NOT NULL) AS touched
        JOIN delivery_handout AS given ON given.id = touched.handout_id
        JOIN delivery_distributionline AS line ON line.id = given.line_id
        JOIN LATERAL (SELECT sum(m.grams) AS grams FROM delivery_stockmovement AS m
            WHERE m.handout_id = given.id) AS whole ON true
        WHERE whole.grams <> CASE WHEN given.cancelled_at IS NULL THEN -line.grams ELSE 0 END
    ) THEN
        PERFORM delivery_refuse_stock('handout_of_its_line', 'Le stock d''une remise bouge avec elle, jamais seul.');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER movement_with_its_handout AFTER INSERT ON delivery_stockmovement REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_handout_movements();

-- A scale that a distribution follows no longer changes.
CREATE FUNCTION delivery_guard_scale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM delivery_distribution WHERE scale_id = OLD.scale_id AND status <> 'cancelled') THEN
        PERFORM delivery_refuse_stock('ration_scale_in_use', 'Un barème déjà suivi par une distribution ne change plus.');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER ration_in_use BEFORE UPDATE OR DELETE ON delivery_ration
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_scale();

-- The places of a plan are sites of its contract.
CREATE FUNCTION delivery_guard_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM delivery_stockplace AS place
        JOIN delivery_distribution AS d ON d.id = NEW.distribution_id AND d.contract_id = place.contract_id
        JOIN delivery_contractcommune AS c ON c.contract_id = d.contract_id AND c.commune_id = NEW.commune_id
        JOIN geography_area AS village ON village.id = NEW.village_id AND village.parent_id = NEW.commune_id
        WHERE place.id = NEW.place_id AND place.kind = 'site'
    ) THEN
        PERFORM delivery_refuse_stock('distribution_stop_of_its_contract',
            'Un village du contrat passe à un site du même contrat.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stop_of_its_contract BEFORE INSERT OR UPDATE ON delivery_distributionstop
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_stop();

-- Whoever received a ration is reached, unless it was taken back.
SELECT delivery_count_reach('delivery_handout', 'cancelled_at IS NULL')
