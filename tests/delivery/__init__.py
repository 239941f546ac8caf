"""Accompaniment: contracts of operators, dues, reach, and the four siblings."""
