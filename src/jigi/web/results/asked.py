"""/resultats/questions/: what a person asks to be told of, figure by figure, and the alerts that this raised."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.results import questions
from jigi.results.models import Question
from jigi.results.questions import FIGURES, View
from jigi.web.reader import number_in, user_of
from jigi.web.results.followed import TITLES
from jigi.web.submissions import carry_out


def listed(request: HttpRequest) -> HttpResponse:
    """One's own questions."""
    found = [
        (one, FIGURES[one.view][one.figure], address_of(one), questions.in_sight(one))
        for one in questions.of(user_of(request))
    ]
    return render(request, "results/questions.html", {"lines": found})


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the view that the form was on."""
    user, told = user_of(request), request.POST

    def act() -> str:
        place = Area.objects.filter(pk=number_in(told.get("lieu", "")) or 0).first()
        view = View(told.get("vue", ""), told.get("code", ""), place, told.get("programme", ""))
        threshold = told.get("seuil", "").replace(" ", "").replace("\u202f", "")
        if not (threshold.isascii() and threshold.isdigit() and len(threshold) < 16):
            raise Refused("Le seuil est un nombre positif", remedy="Écrivez-le en chiffres.")
        questions.keep(told.get("nom", ""), view, told.get("chiffre", ""), above=told.get("sens") != "moins",
                       threshold=int(threshold), by=user)  # fmt: skip
        return "Question gardée : elle est comparée toutes les heures."

    carry_out(request, act)
    return redirect("results_questions")


@require_POST
def see(request: HttpRequest, pk: int) -> HttpResponse:
    one, user = _own(request, pk), user_of(request)

    def act() -> str:
        questions.see(one, by=user)
        return "Alerte vue."

    carry_out(request, act)
    return redirect("results_questions")


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    one, user = _own(request, pk), user_of(request)

    def act() -> str:
        questions.forget(one, by=user)
        return "Question effacée."

    carry_out(request, act)
    return redirect("results_questions")


def address_of(one: Question) -> str:
    """The page of its view, with its filters."""
    asked = {"lieu": one.place_id, "programme": one.programme}
    query = urlencode({name: value for name, value in asked.items() if value})
    page = reverse("results_dashboard") if one.view == "place" else reverse(TITLES[one.view][2], args=[one.code])
    return f"{page}?{query}" if query else page


def _own(request: HttpRequest, pk: int) -> Question:
    return get_object_or_404(questions.of(user_of(request)), pk=pk)
