"""Enrolments: what the register changed of those who are enrolled, and what somebody decides of it."""
