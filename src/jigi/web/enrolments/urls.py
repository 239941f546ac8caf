"""/inscriptions/."""

from __future__ import annotations

from django.urls import path

from jigi.web.enrolments import cards, views

urlpatterns = [
    path("", views.enrolments, name="enrolments"),
    path("cartes/", cards.cards_page, name="cards"),
    path("cartes/emettre/", cards.issue, name="cards_issue"),
    path("cartes/imprimer/", cards.print_cards, name="cards_print"),
    path("<int:pk>/", views.enrolment, name="enrolment"),
    path("<int:pk>/carte/", cards.card, name="enrolment_card"),
    path("<int:pk>/faire/<slug:verb>/", views.act, name="enrolment_act"),
]
