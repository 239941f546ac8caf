-- creates: payments_total, what became of the money of the rights of a round, by funding line, commune, agency and kind of movement
-- A few rows for each round and commune, kept by the acts that post (keep_totals.sql, keep_reserved.sql): the statement
-- of an agreement reads these, never its lines. `payments prove` and the nightly check recompute them.
-- Effects are signed: what the movements brought to (+) or took from (-) what is reserved, with the agency, paid.
CREATE TABLE payments_total (
    funding_line_id bigint NOT NULL REFERENCES programmes_fundingline (id),
    round_id bigint NOT NULL REFERENCES payments_paymentround (id),
    component_id bigint NOT NULL REFERENCES programmes_component (id),
    commune_id bigint NOT NULL REFERENCES geography_area (id),
    agency_id bigint NOT NULL REFERENCES programmes_agency (id),
    kind varchar(10) NOT NULL,
    lines bigint NOT NULL,
    amount_xof bigint NOT NULL,
    reserved_xof bigint NOT NULL,
    agency_xof bigint NOT NULL,
    paid_xof bigint NOT NULL,
    fees_xof bigint NOT NULL,
    paid_lines bigint NOT NULL,
    CONSTRAINT total_counts_something CHECK (lines > 0 AND amount_xof > 0),
    CONSTRAINT total_pkey PRIMARY KEY (funding_line_id, round_id, commune_id, agency_id, kind)
);
CREATE INDEX total_by_round ON payments_total (round_id);
SELECT foundation_fence('payments_total', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
INSERT INTO payments_total
{sql:lines_of_totals};
