"""Measures of speed, each beside a reference made in the same run, in a database of its own.

A bench is a few phases: the ground is laid set-wise, the real action is measured, then the bare work it could
not do without. Every phase is a process of its own (`python -m jigi.demo.bench`), so that the memory measured
is the action's and no plan, connection or table is warm from what came before.

`trial` makes the database and runs the phases; `ground`, `past` and `answers` lay the ground; `gauge` measures
an action and `twins` its reference; `round`, `importing`, `reconcile`, `access`, `vault`, `trace`, `backup` and
`openrosa` are the benches.
"""
