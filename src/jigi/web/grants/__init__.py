"""Grants (AGR): calls, applications, training, the committee, selections, instalments with their evidence, visits."""
