"""/resultats/extraits/: the pseudonymised tables for analysts: asked, granted by another, taken by who asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.foundation import runs
from jigi.foundation.errors import Refused
from jigi.foundation.models import Run, User
from jigi.results import extract, jobs
from jigi.results.extract_tables import contents
from jigi.results.models import Extract, ExtractRequest
from jigi.web.account.step_up import require_proof
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

MOST_LISTED = 100


def listed(request: HttpRequest) -> HttpResponse:
    """The requests that one sees, with what they became; the form for who may ask."""
    user = _reader(request)
    if request.method == "POST":
        return _asked(request, user)
    return render(request, "results/extracts.html", _context(user))


def contents_page(request: HttpRequest) -> HttpResponse:
    """What an extract has: tables, columns, views, with their meaning."""
    _reader(request)
    return render(request, "results/extract_contents.html", {"what": contents()})


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse; once granted, the worker writes."""
    user = _reader(request)
    one = get_object_or_404(extract.visible_to(user), pk=pk)
    granted = request.POST.get("accord") == "oui"
    if granted:
        require_proof(request, back=reverse("results_extracts"))

    def act() -> str:
        extract.answer(one, granted, request.POST.get("motif", ""), by=user)
        if not granted:
            return "La demande est refusée."
        jobs.enqueue_extract(one)
        return "L’extrait est accordé : il se prépare, et qui l’a demandé le prendra sur cette page."

    carry_out(request, act)
    return redirect("results_extracts")


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the worker write again what it could not."""
    user = _reader(request)
    one = get_object_or_404(extract.visible_to(user), pk=pk)
    if not extract.may(user, extract.GRANT):
        raise Http404

    def act() -> str:
        jobs.enqueue_extract(one)
        return "L’extrait se prépare de nouveau."

    carry_out(request, act)
    return redirect("results_extracts")


def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, sealed to the key of who asked: noted each time, after a fresh proof."""
    user = _reader(request)
    made = get_object_or_404(Extract.objects.select_related("request"), request_id=pk, request__by=user)
    if not made.parts.exists():
        raise Http404
    require_proof(request, back=reverse("results_extracts"))
    extract.take(made, by=user)
    response = StreamingHttpResponse(_pieces(made), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="extrait-{pk}.zip.age"'
    response["Content-Length"] = str(made.size)
    return response


def _asked(request: HttpRequest, user: User) -> HttpResponse:
    require_proof(request, back=reverse("results_extracts"))

    def act() -> str:
        extract.ask(request.POST.get("cle_age", ""), request.POST.get("motif", ""), by=user)
        return "La demande est faite. Une autre personne l’accorde ou la refuse."

    try:
        carry_out(request, act)
    except Refused as error:
        context = _context(user) | {"refused": error, "said": request.POST}
        return render(request, "results/extracts.html", context, status=422)
    return redirect("results_extracts")


def _context(user: User) -> dict[str, object]:
    found = list(extract.visible_to(user)[:MOST_LISTED])
    kept = set(Extract.objects.filter(parts__number=0, request__in=found).values_list("request_id", flat=True))
    return {
        "lines": [(one, one.pk in kept, _until(one), _run(one)) for one in found],
        "may_ask": extract.may(user, extract.ASK), "may_grant": extract.may(user, extract.GRANT), "reader": user,
        "days": extract.KEPT_DAYS,
    }  # fmt: skip


def _run(one: ExtractRequest) -> Run | None:
    """The last writing of what is granted and not there yet."""
    if hasattr(one, "extract") or not hasattr(one, "answer"):
        return None
    return next(iter(runs.of_subject(f"{extract.NOUN}:{one.pk}")[:1]), None)


def _until(one: ExtractRequest) -> object:
    made: Extract | None = getattr(one, "extract", None)
    return made.at + timedelta(days=extract.KEPT_DAYS) if made else None


def _pieces(made: Extract) -> Iterator[bytes]:
    number = 0
    while (content := extract.piece(made, number)) is not None:
        yield content
        number += 1


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not extract.may(user, extract.ASK) and not extract.may(user, extract.GRANT):
        raise Http404
    return user
