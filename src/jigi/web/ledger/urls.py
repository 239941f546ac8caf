"""/comptabilite/."""

from __future__ import annotations

from django.urls import path

from jigi.web.ledger import (
    advances,
    balance,
    bank,
    bank_matching,
    bank_setting,
    bank_statements,
    fees,
    openings,
    periods,
    statement,
)

urlpatterns = [
    path("", statement.statement, name="ledger_statement"),
    path("lignes/", statement.lines, name="ledger_lines"),
    path("balance/", balance.balance, name="ledger_balance"),
    path("periodes/", periods.periods, name="ledger_periods"),
    path("periodes/<int:pk>/rouvrir/", periods.reopen, name="ledger_period_reopen"),
    path("reprise/", openings.openings, name="ledger_openings"),
    path("reprise/<int:pk>/", openings.opening, name="ledger_opening"),
    path("frais/", fees.rules, name="ledger_fees"),
    path("frais/<int:pk>/", fees.decide, name="ledger_fee"),
    path("frais/<int:pk>/retirer/", fees.withdraw, name="ledger_fee_withdraw"),
    path("avances/", advances.advances, name="ledger_advances"),
    path("avances/<int:pk>/", advances.approve, name="ledger_advance"),
    path("avances/<int:pk>/retirer/", advances.withdraw, name="ledger_advance_withdraw"),
    path("avances/apurer/<str:code>/<str:agency>/", advances.clear, name="ledger_clear"),
    path("banque/", bank.banks, name="ledger_banks"),
    path("banque/reglage/", bank_setting.setting, name="ledger_bank_setting"),
    path("banque/comptes/<str:code>/", bank.bank, name="ledger_bank"),
    path("banque/comptes/<str:code>/releves/", bank_statements.statements, name="ledger_bank_statements"),
    path("banque/comptes/<str:code>/rapprocher/", bank_matching.matching, name="ledger_bank_matching"),
    path("banque/comptes/<str:code>/rapprochements/", bank_matching.matches, name="ledger_bank_matches"),
    path("banque/releves/<int:pk>/", bank_statements.statement, name="ledger_bank_statement"),
    path("banque/rapprochements/<int:pk>/", bank_matching.match, name="ledger_bank_match"),
]
