-- creates: the triggers that keep stock true: acts whole and of their kind, balances of all movements, lots fit to give
CREATE TRIGGER movement_never_changes BEFORE UPDATE OR DELETE ON delivery_stockmovement
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER movement_never_truncated BEFORE TRUNCATE ON delivery_stockmovement
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER act_never_changes BEFORE UPDATE OR DELETE ON delivery_stockact
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER stock_check_never_changes BEFORE UPDATE OR DELETE ON delivery_stockcheck
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION delivery_refuse_stock(rule text, said text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', said USING ERRCODE = 'restrict_violation', CONSTRAINT = rule;
END $$;

-- Each movement of an act comes with it, is of its kind, and what it moves is found where it says.
CREATE FUNCTION delivery_guard_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT act_id, count(*) AS lines FROM moved GROUP BY act_id) AS now
            WHERE now.lines <> (SELECT count(*) FROM delivery_stockmovement AS m WHERE m.act_id = now.act_id)) THEN
        PERFORM delivery_refuse_stock('stock_act_is_whole', 'Une opération de stock s''écrit d''un coup.');
    END IF;
    IF EXISTS (
        SELECT FROM moved JOIN delivery_stockact AS act ON act.id = moved.act_id
        WHERE CASE act.kind
            WHEN 'arrival' THEN moved.grams < 0 OR moved.handout_id IS NOT NULL
            WHEN 'loss' THEN moved.grams > 0 OR moved.handout_id IS NOT NULL
            WHEN 'distribution' THEN moved.grams > 0 OR moved.handout_id IS NULL
            WHEN 'correction' THEN (act.corrects_id IS NULL) <> (moved.handout_id IS NOT NULL)
                OR moved.handout_id IS NOT NULL AND moved.grams < 0
            ELSE moved.handout_id IS NOT NULL
        END
    ) THEN
        PERFORM delivery_refuse_stock('stock_movement_of_its_kind', 'Un mouvement va dans le sens de son opération.');
    END IF;
    IF EXISTS (
        SELECT FROM moved JOIN delivery_stockact AS act ON act.id = moved.act_id AND act.kind IN ('transfer', 'return')
        GROUP BY moved.act_id, moved.lot_id HAVING sum(moved.grams) <> 0 OR count(DISTINCT moved.place_id) <> 2
    ) THEN
        PERFORM delivery_refuse_stock('stock_transfer_is_balanced', 'Ce qui quitte un lieu arrive à un autre, au gramme.');
    END IF;
    IF EXISTS (
        SELECT FROM moved JOIN delivery_stockact AS act ON act.id = moved.act_id AND act.corrects_id IS NOT NULL
        JOIN delivery_stockact AS wrong ON wrong.id = act.corrects_id
        WHERE wrong.kind IN ('correction', 'distribution')
    ) OR EXISTS (
        SELECT FROM (
            SELECT act.id, m.place_id, m.lot_id, m.grams FROM delivery_stockact AS act
            JOIN delivery_stockmovement AS m ON m.act_id IN (act.id, act.corrects_id)
            WHERE act.corrects_id IS NOT NULL AND act.id IN (SELECT act_id FROM moved)
        ) AS both_ways
        GROUP BY id, place_id, lot_id HAVING sum(grams) <> 0
    ) THEN
        PERFORM delivery_refuse_stock('stock_correction_is_counter',
            'Une correction reprend toute une opération, sens contraire ; une remise s''annule pour elle-même.');
    END IF;
    -- Who recalls a lot at this moment is waited for, and seen.
    PERFORM FROM delivery_lot AS lot WHERE lot.id IN (SELECT lot_id FROM moved) ORDER BY lot.id FOR SHARE;
    IF EXISTS (
        SELECT FROM moved JOIN delivery_stockact AS act ON act.id = moved.act_id AND act.kind = 'distribution'
        JOIN delivery_lot AS lot ON lot.id = moved.lot_id
        WHERE lot.expires_on < act.day OR lot.recalled_at IS NOT NULL
    ) THEN
        PERFORM delivery_refuse_stock('stock_lot_is_fit', 'Un lot périmé ou rappelé ne se distribue pas.');
    END IF;
    -- Always in the same order: two acts on the same lots wait for each other, never for ever.
    INSERT INTO delivery_stockbalance (place_id, lot_id, grams)
    SELECT DISTINCT place_id, lot_id, 0 FROM moved ORDER BY place_id, lot_id
    ON CONFLICT (place_id, lot_id) DO NOTHING;
    PERFORM FROM delivery_stockbalance AS balance
    WHERE (place_id, lot_id) IN (SELECT place_id, lot_id FROM moved) ORDER BY place_id, lot_id FOR UPDATE;
    UPDATE delivery_stockbalance AS balance SET grams = balance.grams + sums.grams
    FROM (SELECT place_id, lot_id, sum(grams) AS grams FROM moved GROUP BY place_id, lot_id) AS sums
    WHERE balance.place_id = sums.place_id AND balance.lot_id = sums.lot_id;
    RETURN NULL;
END $$;
CREATE TRIGGER movement_is_true AFTER INSERT ON delivery_stockmovement REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_movements();

-- A balance is written by the movements, and by nobody else.
CREATE FUNCTION delivery_guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        PERFORM delivery_refuse_stock('stock_balance_of_movements', 'Le stock est la somme de ses mouvements.');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balance_of_movements BEFORE INSERT OR UPDATE OR DELETE ON delivery_stockbalance
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_balance();

CREATE FUNCTION delivery_guard_stock_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM delivery_stockact WHERE id = NEW.act_id AND made_by_id = NEW.by_id) THEN
        PERFORM delivery_refuse_stock('stock_checked_by_another', 'Qui a fait une opération ne la contrôle pas.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked_by_another BEFORE INSERT ON delivery_stockcheck
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_stock_check();

-- What belongs to a contract belongs to one of this sort, and a place to the component of its contract.
CREATE FUNCTION delivery_guard_nutrition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.contract_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM delivery_contract WHERE id = NEW.contract_id AND sort = 'nutrition') THEN
        PERFORM delivery_refuse_stock('nutrition_of_its_contract', 'Ce contrat n''est pas d''un paquet nutritionnel.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_contract BEFORE INSERT OR UPDATE OF contract_id ON delivery_stockplace
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_nutrition();
CREATE TRIGGER of_its_contract BEFORE INSERT OR UPDATE OF contract_id ON delivery_distribution
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_nutrition();
CREATE FUNCTION delivery_guard_stock_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.contract_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM delivery_contract WHERE id = NEW.contract_id AND component_id = NEW.component_id) THEN
        PERFORM delivery_refuse_stock('stock_place_of_its_contract', 'Un lieu est de la composante de son contrat.');
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.contract_id, OLD.component_id, OLD.commune_id, OLD.kind)
            IS DISTINCT FROM (NEW.contract_id, NEW.component_id, NEW.commune_id, NEW.kind) THEN
        PERFORM delivery_refuse_stock('stock_place_stays', 'Un lieu de stock reste à son contrat.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_of_its_contract BEFORE INSERT OR UPDATE ON delivery_stockplace
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_stock_place();

-- A lot stays what its bags say; a recall is not taken back.
CREATE FUNCTION delivery_guard_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.product_id, OLD.number) IS DISTINCT FROM (NEW.product_id, NEW.number)
            OR OLD.expires_on <> NEW.expires_on
                AND EXISTS (SELECT FROM delivery_stockmovement WHERE lot_id = OLD.id AND handout_id IS NOT NULL)
            OR OLD.recalled_at IS NOT NULL AND NEW.recalled_at IS NULL THEN
        PERFORM delivery_refuse_stock('lot_stays', 'Un lot reste ce que disent ses sacs, et un rappel ne se défait pas.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lot_stays BEFORE UPDATE ON delivery_lot FOR EACH ROW EXECUTE FUNCTION delivery_guard_lot()
