-- reads: shocks_signalvalue; creates: stage_undone (the values that those of a file had superseded)
CREATE TEMP TABLE stage_undone ON COMMIT DROP AS
SELECT held.id FROM shocks_signalvalue AS held JOIN shocks_signalvalue AS newer ON newer.id = held.superseded_by_id
WHERE newer.file_id = %(file)s
