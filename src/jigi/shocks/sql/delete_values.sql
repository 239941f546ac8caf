-- writes: shocks_signalvalue (the values of an undone file leave)
DELETE FROM shocks_signalvalue WHERE file_id = %(file)s
