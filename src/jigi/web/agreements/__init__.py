"""Agreements: where every franc of a financing agreement stands, and what moved it."""
