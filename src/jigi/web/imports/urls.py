"""/imports/."""

from __future__ import annotations

from django.urls import path

from jigi.web.imports import correspondences, reviewing, views

urlpatterns = [
    path("", views.batches, name="batches"),
    path("envoyer/", views.send, name="batch_send"),
    path("terrain/", views.fieldwork, name="fieldwork"),
    path("correspondances/", correspondences.correspondences, name="correspondences"),
    path("correspondances/gardees/<int:pk>/", correspondences.kept_mapping, name="kept_mapping"),
    path("correspondances/<int:pk>/reprendre/", correspondences.take_up, name="correspondence_take_up"),
    path("correspondances/<int:pk>/retirer/", correspondences.retire, name="correspondence_retire"),
    path("correspondances/<str:folder>/", correspondences.correspondence, name="correspondence"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/controles/", views.batch_checks, name="batch_checks"),
    path("<int:pk>/fiche/", reviewing.interview, name="batch_interview"),
    path("<int:pk>/a-part/", reviewing.set_aside_list, name="batch_set_aside"),
    path("<int:pk>/mettre-a-part/", reviewing.set_aside, name="interview_set_aside"),
    path("<int:pk>/faire/<str:verb>/", reviewing.decide, name="batch_act"),
    path("constats/<int:pk>/corriger/", reviewing.correct, name="problem_correct"),
    path("corrections/<int:pk>/retirer/", reviewing.take_back, name="correction_take_back"),
    path("a-part/<int:pk>/reprendre/", reviewing.take_in, name="interview_take_in"),
    path("<int:pk>/defaire/", views.undo, name="batch_undo"),
]
