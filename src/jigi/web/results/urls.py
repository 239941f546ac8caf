"""/resultats/."""

from __future__ import annotations

from django.urls import path

from jigi.web.results import dashboards, figures, indicators, planned, rows, snapshots

urlpatterns = [
    path("", indicators.listed, name="results"),
    path("prevu-realise/", planned.shown, name="results_planned"),
    path("tableau/", dashboards.shown, name="results_dashboard"),
    path("chiffres/", figures.listed, name="results_figures"),
    path("chiffres/<int:pk>/retirer/", figures.withdraw, name="results_withdraw"),
    path("instantanes/", snapshots.listed, name="results_snapshots"),
    path("instantanes/calculer/", snapshots.take, name="results_take"),
    path("instantanes/<int:pk>/", snapshots.shown, name="results_snapshot"),
    path("instantanes/<int:pk>/signer/", snapshots.sign, name="results_sign"),
    path("instantanes/<int:pk>/commenter/", snapshots.comment, name="results_comment"),
    path("instantanes/<int:pk>/situation.pdf", snapshots.paper, name="results_pdf"),
    path("instantanes/<int:pk>/situation.docx", snapshots.text, name="results_docx"),
    path("<slug:code>/", indicators.shown, name="result"),
    path("<slug:code>/lignes/", rows.shown, name="result_rows"),
]
