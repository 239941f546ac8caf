"""What the programme achieved: a reviewed framework of indicators, dated snapshots of them, and the report they make.

An indicator is a block of data/framework.toml: its definition, its targets, and the named statement of `sql/` whose
rows stand behind its figure. A snapshot counts every indicator set-wise from the same rows as the lists that a figure
leads to; it never changes afterwards, and another person signs it.
"""
