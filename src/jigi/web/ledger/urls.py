"""/comptabilite/."""

from __future__ import annotations

from django.urls import path

from jigi.web.ledger import advances, balance, fees, periods, statement

urlpatterns = [
    path("", statement.statement, name="ledger_statement"),
    path("lignes/", statement.lines, name="ledger_lines"),
    path("balance/", balance.balance, name="ledger_balance"),
    path("periodes/", periods.periods, name="ledger_periods"),
    path("periodes/<int:pk>/rouvrir/", periods.reopen, name="ledger_period_reopen"),
    path("frais/", fees.rules, name="ledger_fees"),
    path("frais/<int:pk>/", fees.decide, name="ledger_fee"),
    path("avances/", advances.advances, name="ledger_advances"),
    path("avances/<int:pk>/", advances.approve, name="ledger_advance"),
    path("avances/apurer/<str:code>/<str:agency>/", advances.clear, name="ledger_clear"),
]
