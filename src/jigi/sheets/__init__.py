"""Paper: numbered sheets printed blank or begun, and the scans of those that come back signed.

Every page of a sheet bears a square code, its sheet's number and its own rank; a scan is read by it and attached to
the household or the village that the sheet was printed for. What can't be read waits for a person.
"""
