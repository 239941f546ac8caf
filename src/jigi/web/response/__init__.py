"""Responses to shocks: the list, one response and its decision, its days, its end, its report."""
