"""/openrosa/: the names of the addresses are those that ODK Collect and Enketo add to the server's."""

from __future__ import annotations

from django.urls import path

from jigi.web.openrosa import views

urlpatterns = [
    path("formList", views.form_list, name="openrosa_forms"),
    path("submission", views.submission, name="openrosa_submission"),
    path("questionnaires/<int:pk>/xform.xml", views.xform, name="openrosa_xform"),
    path("questionnaires/<int:pk>/manifeste.xml", views.manifest, name="openrosa_manifest"),
    path("questionnaires/<int:pk>/<str:name>", views.media, name="openrosa_media"),
]
