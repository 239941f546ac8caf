"""/resultats/."""

from __future__ import annotations

from django.urls import path

from jigi.web.results import asked, dashboards, extracts, figures, followed, indicators, planned, rows, snapshots

urlpatterns = [
    path("", indicators.listed, name="results"),
    path("prevu-realise/", planned.shown, name="results_planned"),
    path("tableau/", dashboards.shown, name="results_dashboard"),
    path("conventions/", followed.listed, {"sort": "agreement"}, name="results_agreements"),
    path("conventions/<str:code>/", followed.shown, {"sort": "agreement"}, name="results_agreement"),
    path("agences/", followed.listed, {"sort": "agency"}, name="results_agencies"),
    path("agences/<str:code>/", followed.shown, {"sort": "agency"}, name="results_agency"),
    path("operateurs/", followed.listed, {"sort": "operator"}, name="results_operators"),
    path("operateurs/<str:code>/", followed.shown, {"sort": "operator"}, name="results_operator"),
    path("questions/", asked.listed, name="results_questions"),
    path("questions/garder/", asked.keep, name="results_question_keep"),
    path("questions/<int:pk>/vue/", asked.see, name="results_question_see"),
    path("questions/<int:pk>/effacer/", asked.forget, name="results_question_forget"),
    path("extraits/", extracts.listed, name="results_extracts"),
    path("extraits/contenu/", extracts.contents_page, name="results_extract_contents"),
    path("extraits/<int:pk>/repondre/", extracts.answer, name="results_extract_answer"),
    path("extraits/<int:pk>/ecrire/", extracts.write, name="results_extract_write"),
    path("extraits/<int:pk>/fichier/", extracts.take, name="results_extract_take"),
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
