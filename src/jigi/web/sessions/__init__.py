"""/seances/: accompanying measures, from the plan of sessions to what attendance changes."""
