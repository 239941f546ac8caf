"""Responses to shocks: the decision to help, its arms, its promise of speed, and what was learnt.

An activation is decided by named people (request, plan, ceiling, agreement, sunset). Its arms choose households of the
register, listed anew or listed by a partner, through ordinary targeting, enrolment and rounds of payment: this package
keeps no list of money of its own. A scenario says beforehand who would be reached, at what cost and in how many days.
"""
