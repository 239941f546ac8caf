"""/ and /portail/: without signing in."""

from __future__ import annotations

from django.urls import path

from jigi.web.portal import ask, open_data, views

urlpatterns = [
    path("", views.home, name="home"),
    path("portail/lieux/", views.page, {"name": "places"}, name="portal_places"),
    path("portail/lieux/<slug:code>/", views.place, name="portal_place"),
    path("portail/choix/", views.page, {"name": "chosen"}, name="portal_chosen"),
    path("portail/resultats/", views.page, {"name": "results"}, name="portal_results"),
    path("portail/documents/", views.page, {"name": "documents"}, name="portal_documents"),
    path("portail/contacts/", views.page, {"name": "contacts"}, name="portal_contacts"),
    path("portail/donnees/", views.page, {"name": "data"}, name="portal_data"),
    path("portail/donnees/jigi-communes.csv", open_data.file, {"kind": "csv"}, name="portal_csv"),
    path("portail/donnees/jigi-communes.hxl.csv", open_data.file, {"kind": "hxl"}, name="portal_hxl"),
    path("portail/donnees/jigi-communes.json", open_data.file, {"kind": "json"}, name="portal_json"),
    path("portail/donnees/dictionnaire.csv", open_data.file, {"kind": "dictionary"}, name="portal_dictionary"),
    path("portail/inscription/", ask.question, name="portal_ask"),
]
