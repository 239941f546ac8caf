"""What should worry a manager: rules over the audit and the tables, as reviewed files, and the alerts they raise.

A rule is a file of `watches/` with its thresholds, its author, its source and what to do; its count is one
set-based statement of `sql/`. An alert waits until a person takes it, then dismisses or confirms it with a reason.
"""
