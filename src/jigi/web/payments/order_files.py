"""The order files of a released round: one an agency, made as it is downloaded, and remembered."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jigi.foundation.models import User
from jigi.geography.access import can, organisations_with
from jigi.geography.models import Area
from jigi.payments import orders, queries
from jigi.payments.models import OrderFile, PaymentRound
from jigi.programmes.models import Agency
from jigi.web.account.step_up import require_proof
from jigi.web.payments.sight import person, seen_round

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HANDS = ("payments.prepare", "payments.release", "payments.reconcile")


def order_files(request: HttpRequest, pk: int) -> HttpResponse:
    """The agencies of a released round that the person sends to or works for, with the files made for each."""
    shown, agencies = _released(request, pk)
    made = shown.order_files.filter(agency__in=[one["agency_id"] for one in agencies])
    context = {
        "round": shown,
        "agencies": agencies,
        "made": list(made.select_related("agency", "made_by").order_by("-id")),
    }
    return render(request, "payments/order_files.html", context)


def order_file(request: HttpRequest, pk: int, agency: int) -> HttpResponseBase:
    """One agency: its totals and files; posting the form makes a file and sends it."""
    shown, agencies = _released(request, pk)
    found = next((one for one in agencies if one["agency_id"] == agency), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        require_proof(request)
        return _sent(shown, found["agency"], request.POST.get("format", ""), person(request))
    made = OrderFile.objects.filter(payment_round=shown, agency=agency).select_related("made_by", "agency")
    context: dict[str, Any] = {
        "round": shown,
        "agencies": [found],
        "one": found,
        "made": made.order_by("-id"),
    }
    return render(request, "payments/order_files.html", context)


def may_send(user: User, shown: PaymentRound) -> bool:
    """An order file holds names and telephones of every commune: for those who handle the whole round."""
    programme = shown.component.programme.code
    communes = list(Area.objects.filter(pk__in=shown.communes.values("commune")))
    return any(can(user, right, areas=communes, programme=programme) for right in HANDS)


def _released(request: HttpRequest, pk: int) -> tuple[PaymentRound, list[dict[str, Any]]]:
    """A released round and the agencies of it whose orders this person handles; Http404 when there is none."""
    user = person(request)
    own = organisations_with(user, "payments.agency")
    shown = queries.rounds_of_agencies(own).filter(pk=pk).first() if own else seen_round(request, pk)
    if shown is None or not queries.has_been(shown, "release") or not (own or may_send(user, shown)):
        raise Http404
    return shown, [one for one in queries.by_agency(shown) if not own or one["agency"].code in own]


def _sent(shown: PaymentRound, agency: Agency, format: str, user: User) -> FileResponse:
    if format not in FORMATS:
        raise Http404
    with TemporaryDirectory() as folder:
        made = orders.write_orders(shown, agency, Path(folder), format=format, by=user)
        # Opened before its folder goes: the name disappears, the content stays readable to its end.
        content = (Path(folder) / made.file_name).open("rb")
    return FileResponse(content, as_attachment=True, filename=made.file_name, content_type=FORMATS[format])
