"""/exploitation/sauvegardes/."""

from __future__ import annotations

from django.urls import path

from jigi.web.backups import views

urlpatterns = [
    path("", views.backups, name="backups"),
    path("demander/", views.ask, name="backup_ask"),
]
