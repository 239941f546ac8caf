-- reads: shocks_signalvalue; writes: stage_value (what is in force under the same key, whether it stays: when it says the
-- same, when only new keys are wanted, and when a provisional figure would replace a final one, which is refused if it is
-- another; the next version)
UPDATE stage_value AS staged
SET old_id = held.id, version = held.version + 1,
    same = %(only_new)s OR (held.value = staged.value AND held.status = staged.status)
        OR (held.status = 'final' AND staged.status = 'provisional'),
    refused = NOT %(only_new)s AND held.status = 'final' AND staged.status = 'provisional' AND held.value <> staged.value
FROM shocks_signalvalue AS held
WHERE held.superseded_by_id IS NULL AND held.source = %(source)s
    AND (held.signal, held.area_id, held.starts_on, held.ends_on, held.published_on, held.outlook)
      = (staged.signal, staged.area_id, staged.starts_on, staged.ends_on, staged.published_on, staged.outlook)
