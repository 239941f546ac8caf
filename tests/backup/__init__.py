"""Backups: whole or not at all, by whoever has the key, back as they were."""
