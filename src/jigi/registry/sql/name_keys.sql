-- reads: nothing; gives the search key of each name asked
SELECT name, jigi_name_key(name) AS key FROM unnest(%(names)s::text[]) AS name
