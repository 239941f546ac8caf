"""Imports: files of interviews, what came in, what was held back and why."""
