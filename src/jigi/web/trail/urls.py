"""/audit/."""

from __future__ import annotations

from django.urls import path

from jigi.web.trail import views

urlpatterns = [path("", views.trail, name="trail")]
