"""What telephones sent of events (a session, a distribution, a day of works, a visit), taken into the acts of pages.

Each sibling says how its questionnaire is read (`reading.Form`); here they are taken once, held with what is wrong line
by line, corrected by a person, or set aside.
"""
