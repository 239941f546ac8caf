"""Where: areas in their versions, what succeeded what, boundaries, and which staff is posted where.

An area is (version, code): the same code names different places in different versions. Staff postings give a
person a role at an area, in one programme or all, for a period; every right in Jigi comes from one.
"""
