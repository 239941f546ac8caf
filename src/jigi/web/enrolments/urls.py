"""/inscriptions/."""

from __future__ import annotations

from django.urls import path

from jigi.web.enrolments import views

urlpatterns = [
    path("", views.enrolments, name="enrolments"),
    path("<int:pk>/", views.enrolment, name="enrolment"),
    path("<int:pk>/faire/<slug:verb>/", views.act, name="enrolment_act"),
]
