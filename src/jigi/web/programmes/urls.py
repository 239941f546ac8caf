"""/programmes/."""

from __future__ import annotations

from django.urls import path

from jigi.web.programmes import views

urlpatterns = [
    path("", views.programmes, name="programmes"),
    path("<str:code>/", views.programme, name="programme"),
]
