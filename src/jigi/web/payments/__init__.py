"""Payments: rounds and what is done to them, their lines, lists, order files, and the returns of agencies."""
