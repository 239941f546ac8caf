"""Sharing agreements: the list, the page of one, its preparation, what is decided, its token, what to take back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography import queries as geography
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.sharing import actions, queries, tokens
from jigi.sharing.actions import APPROVE, PREPARE
from jigi.sharing.facts import facts
from jigi.sharing.models import WHOLE_REGISTER, SharingAgreement
from jigi.sharing.requests import may_ask
from jigi.sharing.states import AGREEMENT
from jigi.web.account.step_up import require_proof
from jigi.web.export import csv_stream
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.sharing.sight import programme_name, reader, seen_agreement
from jigi.web.submissions import carry_out

TONES = {"prepared": "wait", "approved": "ok", "refused": "bad", "ended": ""}
SHOWN = 20
MOST_NOTICES = 500
EXPORTED_NOTICES = 50_000
NOTICE_HEADERS = ("Ligne", "Remise", "Reçue le", "Pourquoi", "À retirer")
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
    user = reader(request)
    context = {"may_prepare": can(user, PREPARE)}
    return AGREEMENTS.respond(request, queries.visible_to(user), "sharing/list.html", context)


def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement: what it shares, and what this person may decide."""
    user = reader(request)
    one = seen_agreement(user, pk)
    context = {
        "agreement": one,
        "chip": chip(one),
        "facts": [fact for code, fact in facts().items() if code in one.fields],
        "areas": one.areas.select_related("version").order_by("path"),
        "programmes": [programme_name(code) for code in one.programmes],
        "may_decide": can(user, APPROVE, areas=one.areas.all()) and bool(AGREEMENT.possible(one.status)),
        "own": one.made_by_id == user.pk,
        "requests": one.requests.select_related("made_by").order_by("-pk")[:SHOWN],
        "may_ask": may_ask(user, one) and queries.in_force(one.partner).filter(pk=one.pk).exists(),
        "may_token": can(user, APPROVE, areas=one.areas.all()) and one.status == "approved",
        "token": tokens.alive(one),
        "history": [(event, verb_word(event.verb, AGREEMENT.noun)) for event in audit.history(AGREEMENT.noun, one.pk)],
    }
    return render(request, "sharing/agreement.html", context)


def prepare(request: HttpRequest) -> HttpResponse:
    """Write an agreement signed on paper; another person then approves it."""
    user = reader(request)
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
        "programmes": [(code, programme_name(code)) for code in _programme_codes()],
        "chosen_programmes": request.POST.getlist("programmes"), "codes": queries.partner_codes(),
    }  # fmt: skip
    return render(request, "sharing/prepare.html", context, status=400 if refused else 200)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, refuse or end."""
    user = reader(request)
    one = seen_agreement(user, pk)
    if verb not in ACTS or not can(user, APPROVE):
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request.POST.get("motif", ""), user))
    return redirect("sharing_agreement", pk)


@never_cache
@require_POST
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the token of the partner's machines, shown once, or take it back; a fresh proof is asked for either."""
    user = reader(request)
    one = seen_agreement(user, pk)
    if not can(user, APPROVE, areas=one.areas.all()):
        raise Http404
    require_proof(request, back=reverse("sharing_agreement", args=[pk]))
    if request.POST.get("acte") == "retirer":
        carry_out(request, lambda: _token_revoked(one, user))
        return redirect("sharing_agreement", pk)
    made: list[str] = []

    def act() -> str:
        made.append(tokens.make(one, by=user))
        return ""

    if not carry_out(request, act, again="Le jeton avait déjà été fait, et montré une fois."):
        return redirect("sharing_agreement", pk)
    context = {"agreement": one, "token": made[0], "address": request.build_absolute_uri(reverse("partage_api"))}
    return render(request, "sharing/token.html", context)


def notices(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines that a partner holds and must take away or ask for again; all of them as a file."""
    user = reader(request)
    one = seen_agreement(user, pk)
    if request.GET.get("format") == "csv":
        audit.record("export", AGREEMENT.noun, one.pk, by=user, after={"part": "retraits"})
        return csv_stream(f"retraits-{one.pk}", NOTICE_HEADERS, _notice_pieces(one))
    last = request.GET.get("apres", "")
    found = queries.notices(one, after=int(last) if last.isascii() and last.isdigit() and len(last) < 19 else 0)
    context = {"agreement": one, "notices": found, "after": found[-1].id if len(found) == MOST_NOTICES else None}
    return render(request, "sharing/notices.html", context)


def _notice_pieces(one: SharingAgreement) -> Iterator[list[list[object]]]:
    """The rows of the file: as many as are read at once by machines, then the next."""
    last = 0
    while found := queries.notices(one, after=last, most=EXPORTED_NOTICES):
        yield [[each.id, each.told_in_id, each.at, each.says, each.is_withdrawal] for each in found]
        last = found[-1].id


def _token_revoked(one: SharingAgreement, by: User) -> str:
    tokens.revoke(one, by=by)
    return "Le jeton est retiré : les machines du partenaire ne reçoivent plus rien."


def _approve(one: SharingAgreement, reason: str, by: User) -> str:
    actions.approve(one, by=by)
    return "La convention est approuvée. Des données peuvent être demandées sous elle, dans ses dates."


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
        areas=areas_of(request.POST.get("areas", "")), starts_on=_day(request, "starts_on"),
        ends_on=_day(request, "ends_on"), by=user,
    )  # fmt: skip


def areas_of(said: str) -> list[Area]:
    """The places that were written, separated by commas; each must be one place."""
    version = geography.version_in_use()
    found = []
    for name in filter(None, map(str.strip, said.replace("\x00", "").split(","))):
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
