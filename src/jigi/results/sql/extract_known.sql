-- reads: extract_household; how many households it has, for what joins it next
ANALYZE extract_household
