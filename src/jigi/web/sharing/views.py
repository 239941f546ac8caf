"""Sharing agreements: the list, the page of one, its preparation, and what another person decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography import queries as geography
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.sharing import actions, queries
from jigi.sharing.actions import APPROVE, PREPARE, SEE
from jigi.sharing.facts import facts
from jigi.sharing.models import WHOLE_REGISTER, SharingAgreement
from jigi.sharing.states import AGREEMENT
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

TONES = {"prepared": "wait", "approved": "ok", "refused": "bad", "ended": ""}
WORDS = ("code", "partner", "partner_name", "purpose", "legal_basis", "apdp_reference")


def chip(one: SharingAgreement) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


AGREEMENTS = Listing(
    noun=("convention", "conventions"),
    file_name="conventions-de-partage",
    columns=(
        Column("code", "Convention", lambda one: one.code, sort="code",
               link=lambda one: reverse("sharing_agreement", args=[one.pk])),
        Column("partenaire", "Partenaire", lambda one: one.partner_name, sort="partner_name"),
        Column("finalite", "Finalité", lambda one: one.purpose),
        Column("du", "Du", lambda one: one.starts_on, kind="day", sort="starts_on"),
        Column("au", "Au", lambda one: one.ended_on or one.ends_on, kind="day", sort="ends_on"),
        Column("etat", "État", lambda one: one.get_status_display(), cell=chip, sort="status"),
    ),
    order="-du",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), AGREEMENT.choices),
        Filter("q", "Partenaire", lambda found, text: found.filter(partner_name__icontains=text)),
    ),
    empty="Aucune convention : sans elle, rien du registre n’est partagé.",
)  # fmt: skip


def agreements(request: HttpRequest) -> HttpResponseBase:
    """The agreements about the person's places."""
    user = _person(request)
    context = {"may_prepare": can(user, PREPARE)}
    return AGREEMENTS.respond(request, queries.visible_to(user), "sharing/list.html", context)


def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement: what it shares, and what this person may decide."""
    user = _person(request)
    one = _seen(user, pk)
    context = {
        "agreement": one,
        "chip": chip(one),
        "facts": [fact for code, fact in facts().items() if code in one.fields],
        "areas": one.areas.select_related("version").order_by("path"),
        "programmes": [_programme_name(code) for code in one.programmes],
        "may_decide": can(user, APPROVE, areas=one.areas.all()) and bool(AGREEMENT.possible(one.status)),
        "own": one.made_by_id == user.pk,
        "history": [(event, verb_word(event.verb, AGREEMENT.noun)) for event in audit.history(AGREEMENT.noun, one.pk)],
    }
    return render(request, "sharing/agreement.html", context)


def prepare(request: HttpRequest) -> HttpResponse:
    """Write an agreement signed on paper; another person then approves it."""
    user = _person(request)
    if not can(user, PREPARE):
        raise Http404
    made: list[SharingAgreement] = []
    refused = ""
    if request.method == "POST":

        def act() -> str:
            made.append(_prepared(request, user))
            return "La convention est écrite. Une autre personne doit l’approuver."

        try:
            carry_out(request, act)
            return redirect("sharing_agreement", made[0].pk) if made else redirect("sharing_agreements")
        except Refused as error:
            refused = str(error)
    context = {
        "refused": refused, "said": request.POST, "facts": facts().values(), "chosen": request.POST.getlist("fields"),
        "programmes": [(code, _programme_name(code)) for code in _programme_codes()],
        "chosen_programmes": request.POST.getlist("programmes"),
    }  # fmt: skip
    return render(request, "sharing/prepare.html", context, status=400 if refused else 200)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, refuse or end."""
    user = _person(request)
    one = _seen(user, pk)
    if verb not in ACTS or not can(user, APPROVE):
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request.POST.get("motif", ""), user))
    return redirect("sharing_agreement", pk)


def _approve(one: SharingAgreement, reason: str, by: User) -> str:
    actions.approve(one, by=by)
    return "La convention est approuvée. Rien n’est encore livré par Jigi : elle dit ce qui peut l’être."


def _refuse(one: SharingAgreement, reason: str, by: User) -> str:
    actions.refuse(one, reason=reason, by=by)
    return "La convention est refusée."


def _end(one: SharingAgreement, reason: str, by: User) -> str:
    actions.end(one, reason=reason, by=by)
    return "La convention est finie : plus rien ne peut être partagé par elle."


ACTS: dict[str, Callable[[SharingAgreement, str, User], str]] = {"approve": _approve, "refuse": _refuse, "end": _end}


def _prepared(request: HttpRequest, user: User) -> SharingAgreement:
    words: dict[str, Any] = {name: request.POST.get(name, "") for name in WORDS}
    return actions.prepare(
        **words, fields=request.POST.getlist("fields"), programmes=request.POST.getlist("programmes"),
        areas=_areas(request.POST.get("areas", "")), starts_on=_day(request, "starts_on"),
        ends_on=_day(request, "ends_on"), by=user,
    )  # fmt: skip


def _areas(said: str) -> list[Area]:
    """The places that were written, separated by commas; each must be one place."""
    version = geography.version_in_use()
    found = []
    for name in filter(None, map(str.strip, said.split(","))):
        places = geography.designated(name, version) if version else []
        if len(places) != 1:
            raise Refused(
                f"« {name} » désigne {len(places)} lieux" if places else f"« {name} » n’est aucun lieu",
                remedy="Écrivez son code, qui est sur sa page dans « Lieux ».",
            )
        found += places
    return found


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise Refused("Un jour manque", remedy="Écrivez le début et la fin de la convention.") from None


def _programme_codes() -> list[str]:
    return [WHOLE_REGISTER, *Programme.objects.order_by("name").values_list("code", flat=True)]


def _programme_name(code: str) -> str:
    if code == WHOLE_REGISTER:
        return "Tout le registre"
    return str(Programme.objects.filter(code=code).first() or code)


def _person(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, SEE):
        raise Http404
    return user


def _seen(user: User, pk: int) -> SharingAgreement:
    return get_object_or_404(queries.visible_to(user).select_related("made_by", "decided_by"), pk=pk)
