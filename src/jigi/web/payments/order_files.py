"""The order files of a released round: one an agency, made as it is downloaded, and remembered."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jigi.foundation import slots
from jigi.foundation.models import User
from jigi.geography.access import can, organisations_with
from jigi.geography.models import Area
from jigi.payments import orders, queries
from jigi.payments.models import AgencyChannel, OrderFile, PaymentRound
from jigi.programmes.models import Agency
from jigi.web.account.step_up import require_proof
from jigi.web.export import BUSY
from jigi.web.payments.sight import person, seen_round
from jigi.web.submissions import carry_out

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "agency": "application/octet-stream",
    "pain001": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SPOKEN: dict[str, tuple[str, str]] = {
    AgencyChannel.Kind.ISO20022: ("pain001", "Message ISO 20022"),
    AgencyChannel.Kind.FILES: ("agency", "Fichier convenu avec elle"),
}
"""What an agency's own exchange adds to the forms that all take: its format, and the words of its button."""
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
        return _sent(request, shown, found["agency"])
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
    agencies = [one for one in queries.by_agency(shown) if not own or one["agency"].code in own]
    kinds = dict(AgencyChannel.objects.values_list("agency", "kind"))
    return shown, [{**one, "spoken": SPOKEN.get(kinds.get(one["agency_id"], ""))} for one in agencies]


def _sent(request: HttpRequest, shown: PaymentRound, agency: Agency) -> FileResponse:
    """The file, recorded once; a form posted again after a dropped link sends the same lines again."""
    user, format = person(request), request.POST.get("format", "")
    if format not in FORMATS:
        raise Http404
    with TemporaryDirectory() as folder, slots.slot("export", settings.MOST_EXPORTS, busy=BUSY):

        def act() -> str:
            orders.write_orders(shown, agency, Path(folder), format=format, by=user)
            return ""

        if not carry_out(request, act, again=""):
            orders.write_again(shown, agency, Path(folder), format=format, by=user)
        name = orders.file_name(shown, agency, format)
        # Opened before its folder goes: the name disappears, the content stays readable to its end.
        signed = (Path(folder) / f"{name}.sig").exists()
        if signed:
            name = _together(Path(folder), name)
        content = (Path(folder) / name).open("rb")
    kind = "application/zip" if signed else FORMATS[format]
    return FileResponse(content, as_attachment=True, filename=name, content_type=kind)


def _together(folder: Path, name: str) -> str:
    """One archive of a file, its signature and its slip: a browser takes one file at a time."""
    with ZipFile(folder / f"{name}.zip", "w") as archive:
        for one in (name, f"{name}.sig", f"{name}.bordereau.csv"):
            archive.write(folder / one, one)
    return f"{name}.zip"
