"""/prestations/paquet/: the papers of a commune, or of one village, for a day, in one PDF under a cover.

Each paper is the one that its own page prints, so that what comes back of it is entered or scanned there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pypdfium2
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from jigi.delivery.contracts.calendar import Event
from jigi.delivery.nutrition import pack as rations
from jigi.delivery.sessions import pack as sitting
from jigi.delivery.sessions.models import Session
from jigi.delivery.works import pack as worked
from jigi.foundation.errors import Refused
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.web.account.step_up import require_proof
from jigi.web.delivery.calendar import communes_of, events_in
from jigi.web.delivery.sight import day_of, reader
from jigi.web.formats import counted, day, moment
from jigi.web.nutrition import stops
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import number_in, user_of
from jigi.web.sessions import sheets as session_sheets
from jigi.web.works import documents


@dataclass(frozen=True)
class Part:
    """An event of the pack: what its people do, and its paper; None when there is none yet, and `missing` says why."""

    event: Event
    instructions: Sequence[str]
    paper: bytes | None
    missing: str = ""


def pack(request: HttpRequest) -> HttpResponse:
    """The PDF of the commune, the day and (if given) the village of the address; Refused when nothing happens."""
    user = reader(request)
    commune = next((one for one in communes_of(user) if one.pk == number_in(request.GET.get("commune", ""))), None)
    if commune is None:
        raise Http404
    on = day_of(request.GET.get("jour", ""))
    village = number_in(request.GET.get("village", ""))
    events = [one for one in events_in(user, [commune], on, on) if not village or one.village_id == village]
    require_proof(request, back=request.get_full_path())  # here, so that its papers send nobody to pages of their own
    parts = [_part(request, event) for event in events if not event.held]
    if not parts:
        raise Refused(f"Rien n’est à faire ce jour-là à {commune.name}", remedy="Choisissez un autre jour.")
    cover = press("pack", _cover(commune, day(on), parts))
    return pdf_response(f"paquet-{commune.code}-{on}", _joined([cover, *(one.paper for one in parts if one.paper)]))


def _part(request: HttpRequest, event: Event) -> Part:
    if event.url_name == "works_sheet":
        return Part(event, worked.INSTRUCTIONS, bytes(documents.paper(request, event.pk).content))
    if event.url_name == "nutrition_stop":
        return Part(event, rations.INSTRUCTIONS, bytes(stops.sheet(request, event.pk).content))
    if event.url_name == "session":
        return _sitting(request, event)
    return Part(event, (), None, "Rien à imprimer : voyez sa page.")


def _sitting(request: HttpRequest, event: Event) -> Part:
    session = Session.objects.select_related("module", "commune").get(pk=event.pk)
    instructions = sitting.instructions_of(session)
    sheet = session.sheets.filter(entered_at=None).order_by("-pk").first()
    if sheet is None:
        return Part(event, instructions, None, "Feuille à numéroter sur la page de la séance.")
    if not can(user_of(request), "sheets.handle", areas=[session.commune]):
        return Part(event, instructions, None, "Feuille numérotée, imprimée par l’agent de la commune.")
    return Part(event, instructions, bytes(session_sheets.document(request, event.pk, sheet.pk).content))


def _cover(commune: Area, on: str, parts: Sequence[Part]) -> dict[str, object]:
    return {
        "title": f"Paquet du {on}", "commune": f"commune de {commune.name} · {counted(len(parts), 'activité')}",
        "printed": moment(timezone.now()),
        "events": [
            {
                "title": part.event.title, "place": part.event.place, "instructions": list(part.instructions),
                "papers": part.missing or "feuille jointe",
            }
            for part in parts
        ],
    }  # fmt: skip


def _joined(documents: Sequence[bytes]) -> bytes:
    """One PDF of several."""
    whole = pypdfium2.PdfDocument.new()
    for document in documents:
        whole.import_pages(pypdfium2.PdfDocument(document))
    kept = BytesIO()
    whole.save(kept)
    return kept.getvalue()
