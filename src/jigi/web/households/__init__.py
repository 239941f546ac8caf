"""Households: found, listed, read one by one; who read them is kept."""
