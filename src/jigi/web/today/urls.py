"""/aujourdhui/."""

from __future__ import annotations

from django.urls import path

from jigi.web.today import views

urlpatterns = [path("", views.today, name="today")]
