"""/imports/."""

from __future__ import annotations

from django.urls import path

from jigi.web.imports import views

urlpatterns = [
    path("", views.batches, name="batches"),
    path("envoyer/", views.send, name="batch_send"),
    path("<int:pk>/", views.batch, name="batch"),
]
