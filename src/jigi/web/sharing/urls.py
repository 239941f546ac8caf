"""/partages/."""

from __future__ import annotations

from django.urls import path

from jigi.web.sharing import views

urlpatterns = [
    path("", views.agreements, name="sharing_agreements"),
    path("preparer/", views.prepare, name="sharing_prepare"),
    path("<int:pk>/", views.agreement, name="sharing_agreement"),
    path("<int:pk>/faire/<str:verb>/", views.act, name="sharing_act"),
]
