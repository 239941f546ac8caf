"""A term of a household that a decision blocks or reduces, which a round of payments applies."""
