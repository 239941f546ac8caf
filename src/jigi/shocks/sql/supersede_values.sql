-- reads: stage_value; writes: shocks_signalvalue (which value in force gives way to which one to come)
UPDATE shocks_signalvalue AS held SET superseded_by_id = staged.new_id
FROM stage_value AS staged WHERE held.id = staged.old_id AND NOT staged.same
