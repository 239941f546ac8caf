"""Grants (AGR): a household starts an activity with money given in instalments, and is coached.

A call offers places in communes, by terms that are reviewed data (terms.py: instalments with their conditions,
criteria, ties). Households apply, alone or for a group; they are trained; a committee scores; a selection is proposed
by one person and decided by another, which enrols. Each instalment of a grant is asked for with its evidence and
released by somebody else: it becomes a due, that a round pays. Visits tell what became of the activity; a default says
why and what is asked back; a household that stands on its own is proposed to leave the cash transfer, and a person
confirms.
"""
