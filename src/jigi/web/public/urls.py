"""/ and the file of its figures."""

from __future__ import annotations

from django.urls import path

from jigi.web.public import views

urlpatterns = [
    path("", views.home, name="home"),
    path("chiffres.csv", views.figures_file, name="public_figures"),
]
