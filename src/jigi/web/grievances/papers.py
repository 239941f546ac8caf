"""What leaves on paper, and the figures: the letter to the complainant, the time to answer."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jigi.foundation.errors import Refused
from jigi.grievances import queries, trail
from jigi.grievances.models import Case
from jigi.web.export import csv_response
from jigi.web.formats import day
from jigi.web.grievances.sight import person, seen_case
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import user_of

HEADERS = (
    "Catégorie", "Plaintes", "À traiter", "En retard", "Répondues", "Répondues à temps", "Jours, médiane",
    "Jours, 9 sur 10", "Satisfaits", "Satisfaits en partie", "Pas satisfaits", "Avis donnés",
)  # fmt: skip
ANSWERED = ("answered", "closed")


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The acknowledgement or the answer, as a PDF. A sensitive case is answered by word of mouth, never on paper."""
    one = seen_case(request, pk)
    if one.sensitive:
        raise Http404
    if one.status in ("received", "cancelled"):
        raise Refused("Rien n’est encore à écrire à cette personne", remedy="Accusez d’abord réception.")
    trail.read(one, "print", by=user_of(request))
    return pdf_response(f"plainte-{one.number}", press("grievance_letter", letter_of(one)))


def letter_of(one: Case) -> dict[str, object]:
    """What the letter says: nothing of the story, for others may read it; the answer once it was given."""
    said = one.events.filter(verb="answer").order_by("-pk").first() if one.status in ANSWERED else None
    return {
        "title": f"Plainte {one.said}",
        "number": one.said,
        "name": "" if one.anonymous else one.name or (str(one.person) if one.person else ""),
        "place": one.commune.name if one.commune else "",
        "received": day(one.received_on),
        "category": one.category.name,
        "until": day(one.due_on) if one.due_on and not said else "",
        "appealed": bool(one.appeals) and not said,
        "outcome": one.get_outcome_display() if said else "",
        "answer": said.note if said else "",
        "today": day(date.today()),
    }


def times(request: HttpRequest) -> HttpResponseBase:
    """How long until the answer, by category, over the days that the address asks for (a year by default)."""
    user = person(request)
    since, until = _days(request)
    rows = queries.times(user, since, until)
    if request.GET.get("format") == "csv":
        return csv_response("delais-des-plaintes", HEADERS, (tuple(row.values()) for row in rows))
    return render(request, "grievances/times.html", {"rows": rows, "since": since, "until": until})


def _days(request: HttpRequest) -> tuple[date, date]:
    today = date.today()
    try:
        since = date.fromisoformat(request.GET.get("du", "") or (today - timedelta(days=365)).isoformat())
        return since, date.fromisoformat(request.GET.get("au", "") or today.isoformat())
    except ValueError:
        return today, today - timedelta(days=1)
