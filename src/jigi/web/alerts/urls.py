"""/alertes/."""

from __future__ import annotations

from django.urls import path

from jigi.web.alerts import views

urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("<int:pk>/", views.alert, name="alert"),
    path("<int:pk>/faire/<str:verb>/", views.act, name="alert_act"),
]
