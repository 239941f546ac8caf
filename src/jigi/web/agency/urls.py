"""/agence/."""

from __future__ import annotations

from django.urls import path

from jigi.web.agency import desk, given, replying, results, statement, tokens

urlpatterns = [
    path("", desk.home, name="agency_home"),
    path("<slug:code>/", desk.desk, name="agency_desk"),
    path("<slug:code>/tours/<int:pk>/", desk.round_page, name="agency_round"),
    path("<slug:code>/tours/<int:pk>/accepter/", replying.accept, name="agency_accept"),
    path("<slug:code>/tours/<int:pk>/refuser/", replying.refuse, name="agency_refuse"),
    path("<slug:code>/tours/<int:pk>/resultats/", results.look, name="agency_look"),
    path("<slug:code>/tours/<int:pk>/resultats/donner/", results.give, name="agency_give"),
    path("<slug:code>/tours/<int:pk>/ordres/<str:reference>/", results.order, name="agency_order"),
    path("<slug:code>/resultats/", given.files, name="agency_results"),
    path("<slug:code>/resultats/<int:pk>/", given.result, name="agency_result"),
    path("<slug:code>/exceptions/", given.exceptions, name="agency_exceptions"),
    path("<slug:code>/releve/", statement.statement, name="agency_statement"),
    path("<slug:code>/jetons/", tokens.tokens, name="agency_tokens"),
    path("<slug:code>/jetons/<int:pk>/retirer/", tokens.revoke, name="agency_token_revoke"),
]
