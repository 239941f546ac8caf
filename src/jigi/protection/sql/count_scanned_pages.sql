-- reads: sheets_scannedpage, sheets_scan; counts the pages sent before the rule allows
SELECT count(*) AS rows FROM sheets_scannedpage AS page JOIN sheets_scan AS scan ON scan.id = page.scan_id
WHERE scan.made_at < %(before)s
