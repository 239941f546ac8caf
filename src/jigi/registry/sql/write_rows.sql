-- reads: stage_row (what many acts changed of a row, by column); writes: {table}, the columns that some of them changed
UPDATE {table} AS held SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(held, staged.facts))
FROM stage_row AS staged WHERE staged.kind = %(kind)s AND staged.id = held.id
