"""/imports/."""

from __future__ import annotations

from django.urls import path

from jigi.web.imports import correspondences, views

urlpatterns = [
    path("", views.batches, name="batches"),
    path("envoyer/", views.send, name="batch_send"),
    path("terrain/", views.fieldwork, name="fieldwork"),
    path("correspondances/", correspondences.correspondences, name="correspondences"),
    path("correspondances/<int:pk>/retirer/", correspondences.retire, name="correspondence_retire"),
    path("correspondances/<str:folder>/", correspondences.correspondence, name="correspondence"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/controles/", views.batch_checks, name="batch_checks"),
    path("<int:pk>/defaire/", views.undo, name="batch_undo"),
]
