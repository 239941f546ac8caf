-- writes: delivery_grantranked: the places of a selection, as the rules ranked them
INSERT INTO delivery_grantranked (selection_id, application_id, contract_id, verdict, rank, score_milli, tied_by)
SELECT %(selection)s, application, %(contract)s, verdict, rank, score_milli, tied_by
FROM unnest(%(applications)s::bigint[], %(verdicts)s::text[], %(ranks)s::int[], %(score_millis)s::int[],
    %(tied_bys)s::text[]) AS placed (application, verdict, rank, score_milli, tied_by)
