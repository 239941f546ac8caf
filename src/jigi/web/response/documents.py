"""The signed papers of a response: joined, kept by a download that leaves its row, withdrawn."""

from __future__ import annotations

from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.programmes.amendments import MOST_BYTES, Paper
from jigi.response import documents
from jigi.response.models import Activation, Document
from jigi.web.response.sight import reader, seen
from jigi.web.submissions import carry_out

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a signed paper."""
    one, user = seen(request, pk), reader(request)
    if not documents.may_join(user, one):
        raise Http404

    def do() -> str:
        documents.join(one, request.POST.get("objet", ""), _paper(request), by=user)
        return "La pièce est jointe."

    carry_out(request, do)
    return redirect("response", pk)


@require_POST
def opened(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A signed paper, to be kept: by a form, since each download leaves a row with the audit."""
    one, user = seen(request, pk), reader(request)
    found = _found(one, number)

    def do() -> str:
        audit.record("export", "activation", one.pk, by=user, after={"sha256": found.sha256})
        return ""

    carry_out(request, do, again="")
    name = f"reponse-{one.pk}-{found.pk}.{SUFFIX[found.kind]}"
    return FileResponse(BytesIO(found.content), as_attachment=True, filename=name, content_type=found.kind)


@require_POST
def withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Withdraw a paper that was joined by mistake."""
    one, user = seen(request, pk), reader(request)
    found = _found(one, number)

    def do() -> str:
        documents.withdraw(found, reason=request.POST.get("motif", ""), by=user)
        return "La pièce est retirée."

    carry_out(request, do)
    return redirect("response", pk)


def _found(one: Activation, number: int) -> Document:
    found = one.documents.select_related("activation").filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _paper(request: HttpRequest) -> Paper:
    sent = request.FILES.get("document")
    if sent is None:
        raise Refused("Il manque le document", remedy="Joignez-le, en PDF, JPEG ou PNG.")
    if sent.size and sent.size > MOST_BYTES:
        raise Refused("Le document dépasse 5 Mo", remedy="Numérisez-le moins finement, ou coupez-le.")
    return Paper(sent.name or "document", sent.read())
