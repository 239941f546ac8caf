"""/partages/."""

from __future__ import annotations

from django.urls import path

from jigi.web.sharing import asking, requests, views

urlpatterns = [
    path("", views.agreements, name="sharing_agreements"),
    path("preparer/", views.prepare, name="sharing_prepare"),
    path("demandes/", requests.listed, name="sharing_requests"),
    path("demandes/<int:pk>/", requests.request_page, name="sharing_request"),
    path("demandes/<int:pk>/fichier/", requests.take, name="sharing_file"),
    path("demandes/<int:pk>/faire/<str:verb>/", requests.act, name="sharing_request_act"),
    path("<int:pk>/", views.agreement, name="sharing_agreement"),
    path("<int:pk>/demander/", asking.ask, name="sharing_ask"),
    path("<int:pk>/jeton/", views.token, name="sharing_token"),
    path("<int:pk>/retraits/", views.notices, name="sharing_notices"),
    path("<int:pk>/faire/<str:verb>/", views.act, name="sharing_act"),
]
