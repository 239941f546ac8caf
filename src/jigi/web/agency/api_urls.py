"""/api/agences/v1/: what agencies' machines ask with a token (document.py is its contract)."""

from __future__ import annotations

from django.urls import path

from jigi.web.agency import api

urlpatterns = [
    path("", api.home, name="agences_api"),
    path("openapi.json", api.document, name="agences_api_document"),
    path("tours/", api.rounds, name="agences_api_rounds"),
    path("tours/<int:pk>/", api.payment_round, name="agences_api_round"),
    path("tours/<int:pk>/ordres/", api.orders, name="agences_api_orders"),
    path("tours/<int:pk>/acceptation/", api.accept, name="agences_api_accept"),
    path("tours/<int:pk>/refus/", api.refuse, name="agences_api_refuse"),
    path("tours/<int:pk>/resultats/", api.results, name="agences_api_results"),
    path("lots/<str:code>/", api.batch, name="agences_api_batch"),
]
