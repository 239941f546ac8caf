-- reads: gone_household or gone_person; deletes from: a table of the register, or of its past
DELETE FROM {table} AS held USING {gone} AS gone WHERE held.{column} = gone.id
