"""Sharing of the register under agreement: with whom, why, which facts, where, until when, and what each was given.

An agreement is prepared by one person and approved by another; once prepared it never changes. Under one in force, a
request chooses households or persons by criteria; another person approves it; a file sealed to the partner's key, or
the pages of the API, deliver it, and each person disclosed leaves a row. Who opposed is never among them.
"""
