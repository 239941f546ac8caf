"""Money to hands: rounds, entitlements, approvals, orders to agencies, returns, arrears, refunds.

A round is built, frozen with its hash and its difference from the last, approved by one person, released by
another, dispatched, reconciled and closed. Each step is one transaction of set-based statements.
"""
