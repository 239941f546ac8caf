"""/modele/."""

from __future__ import annotations

from django.urls import path

from jigi.web.dictionary import views

urlpatterns = [
    path("", views.model, name="data_model"),
    path("document/", views.document, name="data_model_document"),
]
