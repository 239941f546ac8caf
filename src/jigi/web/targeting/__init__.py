"""Targeting campaigns: quotas, lists, scores, and for each household why it was chosen or not."""
