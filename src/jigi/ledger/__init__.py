"""Money: accounts, entries and postings. It knows no household, no programme, no round.

A posting moves one positive amount from a credited to a debited account, so that the ledger sums to zero by
its very shape. Postings are filed in books; a book is a partition. Nothing is updated or deleted, a cause
posts once, and balances are kept by the database itself.
"""
