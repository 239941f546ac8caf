"""What comes back: scans sent, the pages that wait for a person, each shown, attached, undone or discarded."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit, images
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.foundation.sealed import opened_bytes
from jigi.registry import queries as registry
from jigi.registry.rsu import digits_of as rsu_digits
from jigi.sheets import actions, queries
from jigi.sheets.models import ScannedPage, Sheet
from jigi.sheets.rules import digits_of
from jigi.sheets.scanning import KIND, MOST_BYTES, MOST_PAGES, Taken
from jigi.sheets.states import PAGE
from jigi.web.formats import counted
from jigi.web.imports import uploads
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.sheets import jobs
from jigi.web.sheets.printing import short_number
from jigi.web.sheets.sight import handler, seen_page
from jigi.web.submissions import KeyReused, carry_out

TONES = {"queued": "wait", "attached": "ok", "discarded": ""}
PART = "feuilles"
SMALL = 320
"""Pixels of the longest side of a small image: some kilobytes."""
Act = Callable[[HttpRequest, ScannedPage, User], str]


def chip(page: ScannedPage) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES[page.status], page.get_status_display())


QUEUE = Listing(
    noun=("page", "pages"),
    file_name="pages-a-rattacher",
    columns=(
        Column(
            "page", "Page", lambda p: f"page {p.position}, {p.scan}", sort="id",
            link=lambda p: reverse("scanned_page", args=[p.pk]),
        ),
        Column("pourquoi", "Attend parce que", lambda p: p.get_why_display(), sort="why"),
        Column("feuille", "Feuille", lambda p: p.sheet.shown if p.sheet else ""),
        Column("commune", "Commune", lambda p: p.commune or ""),
        Column("par", "Envoyée par", lambda p: p.scan.made_by),
        Column("le", "Le", lambda p: p.scan.made_at, kind="moment"),
    ),
    order="page",
    filters=(
        Filter(
            "pourquoi", "Attend parce que", lambda rows, code: rows.filter(why=code), ScannedPage.Why.choices[1:]
        ),
    ),
    empty="Aucune page n’attend : tout ce qui est revenu est rattaché.",
    subject=lambda p: p.household_id,
)  # fmt: skip


def send(request: HttpRequest) -> HttpResponse:
    """Send a scan or photographs: small ones are read while the page waits, large ones by the worker."""
    user, error = handler(request), None
    if request.method == "POST":
        try:
            return _taken(request, user)
        except KeyReused:
            raise
        except JigiError as refused:
            error = refused
    context = {
        "error": error, "most_pages": MOST_PAGES, "most_mb": MOST_BYTES // 1024**2, "waiting": jobs.waiting(),
        "failures": jobs.failures(user),
    }  # fmt: skip
    return render(request, "sheets/send.html", context, status=400 if error else 200)


def queue(request: HttpRequest) -> HttpResponseBase:
    """The pages that wait for a person."""
    return QUEUE.respond(request, queries.queue(handler(request)), "sheets/queue.html")


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One page, shown, and what may be done with it."""
    user, one = handler(request), seen_page(request, pk)
    following = queries.queue(user).filter(pk__gt=one.pk).order_by("pk").first()
    context = {
        "page": one,
        "chip": chip(one),
        "following": following,
        "history": [(event, verb_word(event.verb, PAGE.noun)) for event in audit.history(PAGE.noun, one.pk)],
    }
    return render(request, "sheets/page.html", context)


def image(request: HttpRequest, pk: int) -> HttpResponse:
    """The image of a page, opened for this reading, which is noted; `?petite` is for slow links."""
    user, one = handler(request), seen_page(request, pk)
    if one.status == "discarded":
        raise Http404
    audit.read("see", PAGE.noun, one.pk, by=user, subjects=[one.household_id] if one.household_id else [])
    content = opened_bytes(KIND, one.sealed)
    if "petite" in request.GET:
        content = images.written(images.opened(content, longest=SMALL), "JPEG")
    return HttpResponse(content, content_type="image/jpeg")


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Attach a page, undo it, or set it aside."""
    user, one = handler(request), seen_page(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("scanned_page", pk)


def _attach(request: HttpRequest, one: ScannedPage, by: User) -> str:
    if typed := rsu_digits(request.POST.get("menage", "")):
        visible = registry.visible_to(by).select_related("commune")
        household = visible.filter(rsu_number=typed).first()
        if household is None or household.is_erased:
            raise Refused("Aucun ménage de vos communes n’a ce numéro", remedy="Relisez-le, ou cherchez par nom.")
        household = actions.attach_to_household(one, household, by=by)
        return f"La page est rattachée au ménage {household.rsu}."
    found = queries.sheets(by).filter(number=digits_of(request.POST.get("feuille", ""))).first()
    if found is None:
        raise Refused(
            "Aucun ménage ni feuille n’est dit", why="Ou aucune feuille de vos communes n’a ce numéro.",
            remedy="Écrivez le numéro RSU, ou celui qui est sous le carré.",
        )  # fmt: skip
    return _to_sheet(request, one, found, by)


def _to_sheet(request: HttpRequest, one: ScannedPage, found: Sheet, by: User) -> str:
    actions.attach_to_sheet(one, found, short_number(request.POST.get("page", "1")), by=by)
    if found.printing.is_form and found.household is None:
        return "La feuille est reconnue : dites maintenant de quel ménage elle porte les réponses."
    return "La page est rattachée à sa feuille."


def _detach(request: HttpRequest, one: ScannedPage, by: User) -> str:
    actions.detach(one, reason=request.POST.get("motif", ""), by=by)
    return "Le rattachement est défait : la page attend de nouveau."


def _discard(request: HttpRequest, one: ScannedPage, by: User) -> str:
    actions.discard(one, reason=request.POST.get("motif", ""), by=by)
    return "La page est écartée : son image n’est plus gardée."


ACTS: dict[str, Act] = {"rattacher": _attach, "defaire": _detach, "ecarter": _discard}


def _taken(request: HttpRequest, user: User) -> HttpResponse:
    sent = [one for one in request.FILES.getlist(PART) if isinstance(one, UploadedFile)]
    if not sent:
        raise Refused("Aucun fichier n’est choisi", remedy="Choisissez un PDF, ou des photographies JPEG ou PNG.")
    folder = uploads.keep({f"{PART}{n:03}": one for n, one in enumerate(sent)})
    taken: list[Taken] = []

    def now() -> str:
        taken.extend(jobs.take_now(folder, by=user))
        return " ".join(_told(one) for one in taken)

    def later() -> str:
        jobs.enqueue(folder, by=user)
        return (
            "Les pages attendent leur tour : celles qui ne se lisent pas seront dans « Pages à rattacher », et un"
            " fichier qui ne s’ouvre pas est dit sur la page d’envoi."
        )

    if sum(one.size or 0 for one in sent) > jobs.LARGE_BYTES:
        if not carry_out(request, later):
            uploads.forget(folder)
        return redirect("sheets")
    try:
        carry_out(request, now)
    finally:
        uploads.forget(folder)
    return redirect("scanned_pages" if any(one.waiting for one in taken) else "sheets")


def _told(one: Taken) -> str:
    if not one.is_new:
        return f"Ce fichier avait déjà été envoyé (n° {one.scan.pk}) : rien n’a changé."
    attached = counted(one.attached, "page rattachée", "pages rattachées")
    waiting = f", {counted(one.waiting, 'attend', 'attendent')} une personne" if one.waiting else ""
    return f"{one.scan} : {attached}{waiting}.".capitalize()
