"""The public page: what the programme is, where, for how many households, how much, from the data."""
