-- reads: sheets_scan; writes: sheets_scannedpage (deleted; the sheet's number, place and dates stay)
DELETE FROM sheets_scannedpage AS page USING sheets_scan AS scan WHERE scan.id = page.scan_id AND scan.made_at < %(before)s
