"""/changements/."""

from __future__ import annotations

from django.urls import path

from jigi.web.changes import acts, asking, files, views

urlpatterns = [
    path("", views.changes, name="changes"),
    path("fichier/", files.send, name="change_file"),
    path("fichier/apercu/", files.preview, name="change_file_preview"),
    path("fichier/verser/", files.take, name="change_file_take"),
    path("fichiers/<int:pk>/", files.bulk_page, name="change_bulk"),
    path("fichiers/<int:pk>/approuver/", files.approve, name="change_bulk_approve"),
    path("fichiers/<int:pk>/defaire/", files.undo, name="change_bulk_undo"),
    path("demander/<rsu:number>/", asking.kinds, name="change_kinds"),
    path("demander/<rsu:number>/<slug:kind>/", asking.ask, name="change_ask"),
    path("<int:pk>/", views.change, name="change"),
    path("<int:pk>/pieces/<int:paper>/", views.paper, name="change_paper"),
    path("<int:pk>/<slug:verb>/", acts.act, name="change_act"),
]
