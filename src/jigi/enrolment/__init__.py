"""Who is in: the decision to enrol a household in a component, its recipient and means of payment, its exit.
"""
