"""Files made by chance, and what every one of them must meet: taken whole, or refused in words, and nothing between.

JIGI_FUZZ=20150301:17 pytest tests/fuzz -k "csv and schemes"      # one try again, by its seed and number
"""
