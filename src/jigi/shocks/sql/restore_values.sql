-- reads: stage_undone; writes: shocks_signalvalue (what an undone file had superseded is in force again)
UPDATE shocks_signalvalue AS held SET superseded_by_id = NULL FROM stage_undone AS undone WHERE held.id = undone.id
