"""Watching by the clock."""
