"""/nutrition/: the preventive nutrition package: distributions, census, stock, lots."""
