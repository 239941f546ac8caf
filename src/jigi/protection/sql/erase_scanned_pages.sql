-- reads: written_household, sheets_sheet; writes: sheets_scannedpage (deleted; the sheet's number, place and dates stay)
DELETE FROM sheets_scannedpage AS page
WHERE page.household_id IN (SELECT id FROM written_household)
    OR page.sheet_id IN (SELECT sheet.id FROM sheets_sheet AS sheet
        JOIN written_household AS written ON written.id = sheet.household_id)
