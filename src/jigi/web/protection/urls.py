"""/protection/."""

from __future__ import annotations

from django.urls import path

from jigi.web.protection import acts, keeping, views

urlpatterns = [
    path("", views.requests, name="data_requests"),
    path("nouvelle/", views.record, name="data_request_record"),
    path("conservation/", keeping.retention_page, name="retention"),
    path("conservation/proposer/", keeping.propose, name="retention_propose"),
    path("conservation/<int:pk>/<str:verb>/", keeping.act, name="retention_act"),
    path("<int:pk>/", views.request_page, name="data_request"),
    path("<int:pk>/rapport/", views.report_page, name="data_report"),
    path("<int:pk>/<str:verb>/", acts.act, name="data_request_act"),
]
