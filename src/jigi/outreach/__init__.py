"""Who is told what: campaigns by two hands to the people of a round, a programme or a session, and automatic notices.

It reads payments, enrolments and sessions, and writes in the outbox of `messaging`, which sends each cause once.
"""
