"""/financements/."""

from __future__ import annotations

from django.urls import path

from jigi.web.agreements import views

urlpatterns = [
    path("", views.agreements, name="agreements"),
    path("<str:code>/", views.agreement, name="agreement"),
    path("<str:code>/communes/", views.communes, name="agreement_communes"),
    path("<str:code>/releve.pdf", views.statement, name="agreement_statement"),
]
