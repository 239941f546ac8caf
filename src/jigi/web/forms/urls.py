"""/questionnaires/."""

from __future__ import annotations

from django.urls import path

from jigi.web.forms import fiches, views

urlpatterns = [
    path("", views.forms, name="forms"),
    path("charger/", views.load, name="form_load"),
    path("<int:pk>/", views.form, name="form"),
    path("<int:pk>/xlsform/", views.xlsform, name="form_xlsform"),
    path("<int:pk>/fichiers/", views.attach, name="form_attach"),
    path("<int:pk>/faire/<str:verb>/", views.act, name="form_act"),
    path("<int:pk>/fiches/", fiches.fiches, name="fiches"),
    path("fiches/<int:pk>/", fiches.fiche, name="fiche"),
    path("fiches/pieces/<int:pk>/", fiches.attachment, name="fiche_attachment"),
    path("fiches/conflits/<int:pk>/", fiches.conflict, name="fiche_conflict"),
]
