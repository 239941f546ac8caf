"""What every package stands on, and what knows none of them.

Users, money, periods, state tables with `move()`, runs with steps and progress, the append-only audit, jobs
enqueued in the transaction, set-based SQL and COPY, tables read from files, errors a person can act on, and
the embedded PostgreSQL server.
"""
