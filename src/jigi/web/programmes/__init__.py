"""Programmes: what each gives, to how many households, round after round, with whose money."""
