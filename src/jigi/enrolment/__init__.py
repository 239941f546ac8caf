"""Who is in: the decision to enrol a household, its recipient and means of payment, its exit.

Targeting ranks, enrolment decides, payments pay. A household has at most one live enrolment in a component;
an enrolment says from which term to which, and keeps the recipient and agency decided for it.
"""
