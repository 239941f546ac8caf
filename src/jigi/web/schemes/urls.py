"""/regimes/."""

from __future__ import annotations

from django.urls import path

from jigi.web.schemes import batches, overlaps, views

urlpatterns = [
    path("", views.schemes, name="schemes"),
    path("chevauchements/", overlaps.page, name="scheme_overlaps"),
    path("couverture/<int:pk>/", views.coverage, name="scheme_coverage"),
    path("lots/", batches.batches, name="benefit_batches"),
    path("lots/<int:pk>/", batches.batch, name="benefit_batch"),
    path("lots/<int:pk>/faire/<str:verb>/", batches.act, name="benefit_batch_act"),
    path("<str:code>/", views.scheme, name="scheme"),
    path("<str:code>/prestations/", views.benefits, name="scheme_benefits"),
    path("<str:code>/envoyer/", batches.send, name="scheme_send"),
]
