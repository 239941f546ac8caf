"""Addresses of accompanying measures."""

from django.urls import path

from jigi.web.sessions import campaigns, conditions, entering, files, following, listing, phone, plans, session, sheets

urlpatterns = [
    path("", listing.sessions, name="sessions"),
    path("planifier/", plans.planning, name="session_plan"),
    path("modules/", plans.modules, name="session_modules"),
    path("fichiers/", files.listed, name="attendance_files"),
    path("fichiers/<int:pk>/", files.shown, name="attendance_file"),
    path("menages/<int:pk>/", following.household, name="session_household"),
    path("villages/<int:pk>/", following.village, name="session_village"),
    path("contrats/<int:pk>/", following.contract, name="session_contract"),
    path("campagnes/", campaigns.listed, name="session_campaigns"),
    path("campagnes/noter/", campaigns.noting, name="campaign_note"),
    path("campagnes/<int:pk>/retirer/", campaigns.withdraw, name="campaign_withdraw"),
    path("conditions/", conditions.listed, name="condition_reviews"),
    path("conditions/<int:pk>/", conditions.review, name="condition_review"),
    path("conditions/<int:pk>/faire/<str:verb>/", conditions.act, name="condition_review_act"),
    path("conditions/<int:pk>/avis/", conditions.letters, name="condition_letters"),
    path("conditions/constats/<int:pk>/", conditions.finding, name="condition_finding"),
    path("conditions/constats/<int:pk>/faire/<str:verb>/", conditions.finding_act, name="condition_finding_act"),
    path("conditions/recours/", conditions.appeals_listed, name="condition_appeals"),
    path("conditions/recours/<int:pk>/repondre/", conditions.answer, name="condition_appeal_answer"),
    path("telephone/", phone.desk, name="session_phone"),
    path("telephone/hors-ligne.js", phone.worker, name="session_phone_worker"),
    path("telephone/moi/", phone.who, name="session_phone_who"),
    path("telephone/listes/<int:pk>/", phone.carried, name="session_phone_list"),
    path("telephone/envoyer/", phone.send, name="session_phone_send"),
    path("<int:pk>/", session.shown, name="session"),
    path("<int:pk>/tenue/", session.hold, name="session_hold"),
    path("<int:pk>/faire/<str:verb>/", session.act, name="session_act"),
    path("<int:pk>/presents/", entering.presents, name="session_presents"),
    path("<int:pk>/carte/", entering.card, name="session_card"),
    path("<int:pk>/feuille/", sheets.number, name="session_sheet_print"),
    path("<int:pk>/feuille/saisir/", sheets.enter, name="session_sheet_enter"),
    path("<int:pk>/feuilles/<int:sheet>/", sheets.document, name="session_sheet"),
]
