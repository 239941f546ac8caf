"""Questionnaires: versions loaded, read, published; the fiches that come of them, and what became of each."""
