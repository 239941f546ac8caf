-- reads: programmes_agreement; the donor and the code of some agreements
SELECT code, donor || ' ' || code AS name FROM programmes_agreement WHERE code = ANY (%(codes)s::text[])
