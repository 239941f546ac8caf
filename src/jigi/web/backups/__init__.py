"""Backups: when one was last made, when one was last restored to see, and what to do when that is too long ago."""
