"""What everybody may read: editions of small aggregates, published by a person and never changed, without small cells.

An edition is what the public pages say, in one row; the figures of each ended year by commune, region and country are
cells, written once for all editions to come. A request of the public reads these two tables and no other.
"""
