-- reads: resealed; writes: {table}, the rows whose value is still the one that was read
UPDATE {table} AS kept SET {column} = resealed.sealed
FROM resealed
WHERE kept.{key} = resealed.key AND kept.{key} BETWEEN %(first)s AND %(last)s
    AND substr(kept.{column}, 1, 13) = resealed.old_start
