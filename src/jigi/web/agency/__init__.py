"""/agence/: an agency's own people take their orders and give their results; /api/agences/: their machines do."""
