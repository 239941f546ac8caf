"""Signals by place and period, the files that bring them, and alerts."""
