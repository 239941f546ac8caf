"""/lieux/."""

from __future__ import annotations

from django.urls import path

from jigi.web.areas import views

urlpatterns = [
    path("", views.areas, name="areas"),
    path("<str:version>/<str:code>/", views.area, name="area"),
]
