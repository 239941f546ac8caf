"""/comptabilite/."""

from __future__ import annotations

from django.urls import path

from jigi.web.ledger import balance, periods, statement

urlpatterns = [
    path("", statement.statement, name="ledger_statement"),
    path("lignes/", statement.lines, name="ledger_lines"),
    path("balance/", balance.balance, name="ledger_balance"),
    path("periodes/", periods.periods, name="ledger_periods"),
    path("periodes/<int:pk>/rouvrir/", periods.reopen, name="ledger_period_reopen"),
]
