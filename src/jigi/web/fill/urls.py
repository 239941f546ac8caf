"""/questionnaires/…/remplir/. The page is the same whatever the form: kept once, it opens them all without network."""

from __future__ import annotations

from django.urls import path

from jigi.web.fill import views

urlpatterns = [
    path("hors-ligne.js", views.worker, name="fill_worker"),
    path("remplir/", views.fill, name="fill"),
    path("remplir/moi/", views.who, name="fill_who"),
    path("remplir/envoyer/", views.send, name="fill_send"),
    path("remplir/fiches/", views.sent, name="fill_sent"),
    path("<path:code>/remplir/", views.fill, name="fill_form"),
    path("<path:code>/remplir/contenu/", views.content, name="fill_content"),
]
