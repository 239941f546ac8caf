"""/paiements/<n>/liste-gelee/: the frozen list as a file that an auditor hashes again, with Jigi or without it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse

from jigi.foundation import slots
from jigi.payments import frozen_list as frozen
from jigi.payments import queries
from jigi.web.account.step_up import require_proof
from jigi.web.export import BUSY
from jigi.web.payments.sight import person, seen_round


def frozen_list(request: HttpRequest, pk: int) -> FileResponse:
    """The file, for who sees the whole round; its name carries the hash. Reading it again gives the same bytes."""
    shown = seen_round(request, pk)
    if queries.communes_seen(person(request), shown).count() < shown.communes.count():
        raise Http404
    require_proof(request, back=reverse("payment_round", args=[pk]))
    with TemporaryDirectory() as folder, slots.slot("export", settings.MOST_EXPORTS, busy=BUSY):
        path = frozen.write(shown, Path(folder), by=person(request))
        # Opened before its folder goes: the name disappears, the content stays readable to its end.
        content = path.open("rb")
    return FileResponse(content, as_attachment=True, filename=path.name, content_type="text/csv; charset=utf-8")
