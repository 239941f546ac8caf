"""The rights of people on their data: access, correction, opposition, erasure; and how long data is kept.

Loi 2013-015. A request is recorded by one person and decided by another. An erasure empties what names somebody and
leaves what accounts for money: amounts, rounds, communes, RSU numbers, under which nobody is named any more. The
same statements (`erasure.py`, `sql/erase_*.sql`) serve one person and the rules of retention (`data/retention.toml`).
"""
