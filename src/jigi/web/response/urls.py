"""/reponses/."""

from __future__ import annotations

from django.urls import path

from jigi.web.response import delays, documents, households, listing, preparing, report, views

urlpatterns = [
    path("", listing.listed, name="responses"),
    path("delais/", delays.shown, name="response_delays"),
    path("nouvelle/", preparing.preparing, name="response_new"),
    path("<int:pk>/", views.shown, name="response"),
    path("<int:pk>/corriger/", preparing.correcting, name="response_correct"),
    path("<int:pk>/menages/", households.listed, name="response_households"),
    path("<int:pk>/pieces/joindre/", documents.join, name="response_document_join"),
    path("<int:pk>/pieces/<int:number>/", documents.opened, name="response_document"),
    path("<int:pk>/pieces/<int:number>/retirer/", documents.withdraw, name="response_document_withdraw"),
    path("<int:pk>/rapport/", report.shown, name="response_report"),
    path("<int:pk>/faire/<str:verb>/", views.act, name="response_act"),
    path("<int:pk>/lieux/<int:number>/retirer/", views.remove_area, name="response_area_remove"),
    path("<int:pk>/prolongations/<int:number>/<str:verb>/", views.decide_renewal, name="response_renewal"),
    path("<int:pk>/lecons/<int:number>/retirer/", views.withdraw_lesson, name="response_lesson_withdraw"),
]
