-- reads: registry_numbering, by its function; gives the next RSU number
SELECT jigi_rsu_number() AS number
