-- reads: stage_done (what was written for items that are accepted, sealed); writes: changes_changeitem
UPDATE changes_changeitem AS item SET decision = 'accepted', done_sealed = stage.sealed
FROM stage_done AS stage WHERE stage.item_id = item.id
