-- reads: gone_household or gone_person; writes: a table of the register, or of its past (removes their rows)
DELETE FROM {table} AS held USING {gone} AS gone WHERE held.{column} = gone.id
