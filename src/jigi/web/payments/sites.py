"""/paiements/<n>/sites/: cash at the pay points of a round, who comes where and when; its lists to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from jigi.foundation import slots
from jigi.foundation.errors import Refused
from jigi.geography.access import organisations_with
from jigi.payments import queries, site_lists, site_plans
from jigi.payments.models import PaymentRound, SiteDay, SitePlan
from jigi.programmes.models import Agency
from jigi.registry.rsu import card_text
from jigi.web.account.step_up import require_proof
from jigi.web.export import BUSY
from jigi.web.formats import counted, day, moment, xof
from jigi.web.paper.press import pdf_response, press
from jigi.web.paper.square import square
from jigi.web.payments.sight import person, seen_round
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out

PAGE_ROWS = 16
MOST_ROWS = 3_000
"""Lines of one document: each has a code to draw."""
CAPACITY = 150
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Day:
    """One day of the page, its pay points, and whether it fits one document."""

    day: date
    sites: list[dict[str, Any]]

    @property
    def households(self) -> int:
        return sum(one["households"] for one in self.sites)

    @property
    def total_xof(self) -> int:
        return sum(one["total_xof"] for one in self.sites)


def site_agencies(request: HttpRequest, pk: int) -> HttpResponse:
    """The agencies of a released round that the person handles, each with its plan."""
    shown, agencies = _released(request, pk)
    if len(agencies) == 1:
        return redirect("site_plan", pk, agencies[0]["agency_id"])
    rows = [{**one, "plan": site_plans.plan_of(shown, one["agency"])} for one in agencies]
    return render(request, "payments/site_agencies.html", {"round": shown, "agencies": rows})


def site_plan(request: HttpRequest, pk: int, agency: int) -> HttpResponse:
    """The days of an agency's pay points, and the form that spreads them; posting it makes the plan."""
    shown, found = _of_agency(request, pk, agency)
    if request.method == "POST":
        carry_out(request, lambda: _planned(request, shown, found))
        return redirect("site_plan", pk, agency)
    made = site_plans.plan_of(shown, found)
    figures = site_plans.figures(made) if made else []
    days = [Day(one, list(rows)) for one, rows in groupby(figures, key=lambda row: row["day"])]
    context = {
        "round": shown, "agency": found, "plan": made, "days": days, "capacity": made.capacity if made else CAPACITY,
        "first_day": (made.first_day if made else timezone.localdate()).isoformat(), "limit": MOST_ROWS,
        "open": shown.status == "released",
    }  # fmt: skip
    return render(request, "payments/site_plan.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int, agency: int) -> HttpResponse:
    """Take the plan back, as long as nothing was paid by it."""
    made = _made(request, pk, agency)

    def act() -> str:
        site_plans.withdraw(made, by=person(request))
        return "Le plan est retiré : personne n’est plus attendu sur ces sites."

    carry_out(request, act)
    return redirect("site_plan", pk, agency)


def site_day(request: HttpRequest, pk: int, agency: int, day_pk: int) -> HttpResponse:
    """One day of one pay point: its villages, each of which may be moved to another day."""
    made = _made(request, pk, agency)
    shown = get_object_or_404(
        made.days.select_related("commune", "plan__agency", "plan__payment_round__component__programme"), pk=day_pk
    )
    if request.method == "POST":
        carry_out(request, lambda: _moved(request, shown))
        return redirect("site_plan", pk, agency)
    row = next((one for one in site_plans.figures(made) if one["day_id"] == shown.pk), None)
    context = {
        "round": made.payment_round, "agency": made.agency, "plan": made, "day": shown, "row": row,
        "villages": site_plans.villages_of(shown), "open": made.payment_round.status == "released",
        "today": timezone.localdate().isoformat(), "doubles": site_lists.doubles_of(shown, by=person(request)),
        "sees_returns": queries.sees_returns(person(request)),
    }  # fmt: skip
    return render(request, "payments/site_day.html", context)


def site_list(request: HttpRequest, pk: int, agency: int) -> HttpResponse:
    """The lists to sign of one day (`jour`), or of all, as one PDF: a section a pay point and day."""
    made = _made(request, pk, agency)
    require_proof(request, back=reverse("site_plan", args=[pk, agency]))
    lines = site_lists.lines_of(made, _asked_day(request, made), verb="print", by=person(request))
    _refuse_too_long(len(lines))
    return pdf_response(f"sites-tour-{pk}-{made.agency.code}", press("site_list", document(made, lines)))


def site_workbook(request: HttpRequest, pk: int, agency: int) -> FileResponse:
    """The same lines as a workbook."""
    made = _made(request, pk, agency)
    require_proof(request, back=reverse("site_plan", args=[pk, agency]))
    lines = site_lists.lines_of(made, _asked_day(request, made), verb="export", by=person(request))
    name = f"sites-tour-{pk}-{made.agency.code}.xlsx"
    with TemporaryDirectory() as folder, slots.slot("export", settings.MOST_EXPORTS, busy=BUSY):
        site_lists.write_workbook(made, lines, Path(folder) / name)
        # Opened before its folder goes: the name disappears, the content stays readable to its end.
        content = (Path(folder) / name).open("rb")
    return FileResponse(content, as_attachment=True, filename=name, content_type=WORKBOOK)


def document(made: SitePlan, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The data of site_list.typ."""
    shown = made.payment_round
    return {
        "title": f"Liste de paiement par site et par jour · {shown.label}",
        "programme": shown.component.programme.name,
        "round": f"{shown.component.name} · {shown.label}",
        "agency": made.agency.name,
        "printed": f"imprimée le {moment(timezone.now())}",
        "seal": f"Liste gelée le {day(shown.frozen_at)} · empreinte {made.list_hash}",
        "lists": [_list(list(rows)) for _, rows in groupby(lines, key=lambda line: line["day_id"])],
    }


def _list(rows: list[dict[str, Any]]) -> dict[str, Any]:
    first = rows[0]
    cut = [rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)]
    return {
        "day": day(first["day"]),
        "pay_point": first["pay_point"],
        "commune": first["commune"],
        "cercle": f"cercle de {first['cercle']}",
        "count": counted(len(rows), "allocataire"),
        "sum": _sums(rows),
        "pages": [{"rows": [_row(row) for row in page], "sum": _sums(page)} for page in cut],
    }


def _row(row: dict[str, Any]) -> dict[str, str]:
    number = row["rsu_number"]
    return {
        "n": str(row["number"]),
        "rsu": f"{number[:4]}-{number[4:8]}-{number[8:]}",
        "recipient": row["recipient"],
        "alternate": row["alternate"],
        "village": row["village"],
        "right": xof(row["right_xof"]) if row["right_xof"] else "",
        "arrears": xof(row["arrears_xof"]) if row["arrears_xof"] else "",
        "total": xof(row["total_xof"]),
        "qr": square(card_text(number)),
    }


def _sums(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {name: xof(sum(row[f"{name}_xof"] for row in rows)) for name in ("right", "arrears", "total")}


def _planned(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    first_day = parse_date(request.POST.get("du", "")[:10])
    if first_day is None:
        raise Refused("Quel est le premier jour ?", remedy="Choisissez un jour, aujourd’hui ou plus tard.")
    capacity = number_in(request.POST.get("capacite", ""))
    made = site_plans.plan(shown, agency, first_day=first_day, capacity=capacity, by=person(request))
    count = sum(one["households"] for one in site_plans.figures(made))
    return f"{counted(count, 'allocataire réparti', 'allocataires répartis')} sur les sites."


def _moved(request: HttpRequest, shown: SiteDay) -> str:
    to = parse_date(request.POST.get("jour", "")[:10])
    if to is None:
        raise Refused("Quel jour ?", remedy="Choisissez un jour à venir.")
    chosen = request.POST.get("village", "")
    village = next((one for one in site_plans.villages_of(shown) if str(one["village_id"] or "") == chosen), None)
    if village is None:
        raise Refused("Quel village ?", remedy="Choisissez un des villages de cette journée.")
    site_plans.move(shown, village["village_id"], to, by=person(request))
    return f"{village['name'] or 'Le groupe sans village'} vient désormais le {day(to)}."


def _asked_day(request: HttpRequest, made: SitePlan) -> SiteDay | None:
    asked = request.GET.get("jour", "")
    return get_object_or_404(made.days, pk=number_in(asked)) if asked else None


def _refuse_too_long(lines: int) -> None:
    if lines > MOST_ROWS:
        raise Refused(
            f"Ces listes ont {counted(lines, 'ligne')} : trop pour un seul document",
            why=f"Un document tient au plus {counted(MOST_ROWS, 'ligne')}.", remedy="Imprimez-les site par site.",
        )  # fmt: skip


def _released(request: HttpRequest, pk: int) -> tuple[PaymentRound, list[dict[str, Any]]]:
    """A released round and the agencies whose pay points this person handles; Http404 when there is none."""
    user = person(request)
    own = organisations_with(user, "payments.agency")
    shown = queries.rounds_of_agencies(own).filter(pk=pk).first() if own else seen_round(request, pk)
    if shown is None or not queries.has_been(shown, "release"):
        raise Http404
    agencies = [one for one in queries.by_agency(shown) if site_plans.may_handle(user, shown, one["agency"])]
    if not agencies:
        raise Http404
    return shown, agencies


def _of_agency(request: HttpRequest, pk: int, agency: int) -> tuple[PaymentRound, Agency]:
    shown, agencies = _released(request, pk)
    found = next((one["agency"] for one in agencies if one["agency_id"] == agency), None)
    if found is None:
        raise Http404
    return shown, found


def _made(request: HttpRequest, pk: int, agency: int) -> SitePlan:
    made = site_plans.plan_of(*_of_agency(request, pk, agency))
    if made is None:
        raise Http404
    return made
