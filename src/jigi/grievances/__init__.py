"""Complaints, and what is done about them: received, sorted, examined, decided by two people, answered, appealed.

Whatever goes wrong elsewhere arrives here as a case of the same kind. A case has a number that its author can follow,
a deadline in working days for each state, and a level that rises from the commune to the country by the clock. What
is sensitive (violence, protection of children) is shown by the database itself to two named roles only.
"""
