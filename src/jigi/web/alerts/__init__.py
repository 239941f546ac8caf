"""Alerts: what should worry a manager, the rows behind it, and what a person decided."""
