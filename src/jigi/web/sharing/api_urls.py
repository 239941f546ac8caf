"""/api/partage/: what partners' machines ask with a token."""

from __future__ import annotations

from django.urls import path

from jigi.web.sharing import api

urlpatterns = [
    path("", api.agreement, name="partage_api"),
    path("demandes/<int:pk>/", api.lines, name="partage_api_lines"),
    path("retraits/", api.notices, name="partage_api_notices"),
]
