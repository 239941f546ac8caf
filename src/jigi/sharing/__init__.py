"""Agreements by which the register is shared: with whom, why, on what basis, which facts, where, until when.

An agreement is prepared by one person and approved by another; once prepared it never changes. Nothing is delivered
here: what delivers asks whether an agreement is in force.
"""
