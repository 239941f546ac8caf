"""/financements/."""

from __future__ import annotations

from django.urls import path

from jigi.web.agreements import all_of_them, amending, budget, views

urlpatterns = [
    path("", all_of_them.agreements, name="agreements"),
    path("<str:code>/", views.agreement, name="agreement"),
    path("<str:code>/communes/", views.communes, name="agreement_communes"),
    path("<str:code>/releve.pdf", views.statement, name="agreement_statement"),
    path("<str:code>/budget/", budget.budget, name="agreement_budget"),
    path("<str:code>/budget/<int:number>/", budget.line, name="agreement_budget_line"),
    path("<str:code>/avenants/demander/", amending.ask, name="agreement_amend"),
    path("<str:code>/avenants/<int:number>/decider/", amending.decide, name="amendment_decide"),
    path("<str:code>/documents/<int:pk>/", amending.document, name="agreement_document"),
]
