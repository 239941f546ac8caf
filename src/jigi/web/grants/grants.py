"""Grants: the lists, the page of one with its instalments, evidence, visits and default; the ways out proposed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import CHECK, DECIDE, may, may_operate
from jigi.delivery.grants import defaults, graduation, instalments, queries, visits
from jigi.delivery.grants.grant_models import Grant, GrantEvidence, GrantInstalment, GrantVisit
from jigi.delivery.grants.states import GRANT
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.sealed import opened_bytes
from jigi.web.grants.calls import day
from jigi.web.grants.listing import GRADUATIONS, GRANTS, INSTALMENTS, chip
from jigi.web.grants.sight import francs, of_contracts, seen_grant
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in, rights_of, user_of
from jigi.web.submissions import carry_out


@of_contracts
def grants(request: HttpRequest) -> HttpResponseBase:
    """The grants that the person sees; `?appel=` those of one call."""
    found = queries.grants_visible_to(user_of(request))
    if text := request.GET.get("appel", ""):
        found = found.filter(call=number_in(text))
    return GRANTS.respond(request, found, "grants/list.html", {"title": "Subventions"})


@of_contracts
def instalments_list(request: HttpRequest) -> HttpResponseBase:
    """The instalments that the person sees; `?appel=` those of one call."""
    found = queries.instalments_visible_to(user_of(request))
    if text := request.GET.get("appel", ""):
        found = found.filter(grant__call=number_in(text))
    return INSTALMENTS.respond(request, found, "grants/list.html", {"title": "Tranches"})


@of_contracts
def grant(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One grant: what each instalment lacks, its evidence, the visits, a default, the history."""
    user, one = user_of(request), seen_grant(request, pk)
    parts = list(one.instalments.select_related("asked_by").order_by("number"))
    states = instalments.states_of(parts)
    audit.read("see", GRANT.noun, pk, by=user, subjects=[one.household_id])
    operates = may_operate(user, one.call.contract, one.commune)
    context = {
        "one": one, "chip": chip(one), "operates": operates, "today": date.today(),
        "may_find": operates or may(user, CHECK, one.call.contract, [one.commune]),
        "may_decide": may(user, DECIDE, one.call.contract, [one.commune]),
        "parts": [(p, chip(p), states[p.pk], p.evidence.order_by("pk"), p.releases.select_related("released_by")
                   .filter(undone_at=None).first()) for p in parts],
        "visits": one.visits.select_related("made_by").order_by("-held_on", "-pk"),
        "default": one.defaults.filter(ended_at=None).select_related("reason", "found_by", "confirmed_by").first(),
        "reasons": one.call.choices.filter(sort="reason").order_by("name"), "visit": GrantVisit,
        "exits": queries.graduations_visible_to(user).filter(grant=one),
        "history": [(event, verb_word(event.verb, GRANT.noun)) for event in audit.history(GRANT.noun, pk)],
    }  # fmt: skip
    return render(request, "grants/grant.html", context)


@require_POST
@of_contracts
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """Do one of ACTS on a grant."""
    user, one = user_of(request), seen_grant(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request, user))
    return redirect("grant", pk)


def _part(one: Grant, request: HttpRequest) -> GrantInstalment:
    found = one.instalments.select_related("grant__call__contract__component__programme", "grant__commune")
    return get_object_or_404(found, number=number_in(request.POST.get("tranche", "")))


def _reason(request: HttpRequest) -> str:
    return request.POST.get("motif", "")


def _attach(one: Grant, request: HttpRequest, by: User) -> str:
    sent, said = request.FILES.get("image"), request.POST
    if not isinstance(sent, UploadedFile):
        raise Refused("Il manque l’image", remedy="Prenez une photographie du reçu ou de l’activité.")
    sort = "receipt" if said.get("nature") == "receipt" else "photo"
    amount = francs(said.get("montant", ""), "Montant du reçu") if sort == "receipt" else None
    if (sent.size or 0) > instalments.MOST_BYTES:
        raise Refused("L’image dépasse 10 Mo", remedy="Photographiez moins grand.")
    content = sent.read()
    sent.seek(0)
    instalments.add_evidence(_part(one, request), sort, content, note=said.get("note", ""), amount_xof=amount, by=by)
    return "La pièce est jointe."


def _detach(one: Grant, request: HttpRequest, by: User) -> str:
    found = get_object_or_404(GrantEvidence, pk=number_in(request.POST.get("piece", "")), instalment__grant=one)
    instalments.drop_evidence(found, reason=_reason(request), by=by)
    return "La pièce est retirée."


def _ask(one: Grant, request: HttpRequest, by: User) -> str:
    instalments.ask(_part(one, request), by=by)
    return "La tranche est demandée : une autre personne la libère."


def _return(one: Grant, request: HttpRequest, by: User) -> str:
    instalments.send_back(_part(one, request), reason=_reason(request), by=by)
    return "La tranche est renvoyée, avec le motif."


def _release(one: Grant, request: HttpRequest, by: User) -> str:
    instalments.release(_part(one, request), by=by)
    return "La tranche est libérée : le prochain tour la paie."


def _undo(one: Grant, request: HttpRequest, by: User) -> str:
    found = one.releases.select_related("grant__call__contract__component__programme", "grant__commune", "instalment")
    instalments.undo(
        get_object_or_404(found, pk=number_in(request.POST.get("liberation", ""))), reason=_reason(request), by=by
    )
    return "La libération est défaite : la tranche est de nouveau prévue."


def _visit(one: Grant, request: HttpRequest, by: User) -> str:
    said = request.POST
    told = visits.Told(
        day(said.get("jour", "")), said.get("visiteur", ""), said.get("activite", ""), said.get("nature", "coaching"),
        francs(said["revenu"], "Revenu") if said.get("revenu") else None,
        francs(said["biens"], "Biens") if said.get("biens") else None, said.get("difficulte", ""),
        said.get("conseil", ""),
    )  # fmt: skip
    visits.visit(one, told, by=by)
    return "La visite est notée."


def _strike(one: Grant, request: HttpRequest, by: User) -> str:
    found = one.visits.select_related("grant__call__contract__component__programme", "grant__commune")
    visits.strike(
        get_object_or_404(found, pk=number_in(request.POST.get("visite", ""))), reason=_reason(request), by=by
    )
    return "La visite est rayée : elle ne compte plus."


def _find(one: Grant, request: HttpRequest, by: User) -> str:
    defaults.find(one, request.POST.get("cause", ""), _reason(request), by=by)
    return "Le défaut est constaté : une autre personne le confirme."


def _confirm(one: Grant, request: HttpRequest, by: User) -> str:
    defaults.confirm(get_object_or_404(one.defaults, ended_at=None), by=by)
    return "Le défaut est confirmé : les tranches qui restent sont arrêtées."


def _lift(one: Grant, request: HttpRequest, by: User) -> str:
    defaults.lift(get_object_or_404(one.defaults, ended_at=None), reason=_reason(request), by=by)
    return "Le défaut est levé : la subvention reprend."


ACTS: dict[str, Callable[[Grant, HttpRequest, User], str]] = {
    "joindre": _attach, "retirer-piece": _detach, "demander": _ask, "renvoyer": _return, "liberer": _release,
    "defaire": _undo, "visiter": _visit, "rayer": _strike, "constater": _find, "confirmer": _confirm, "lever": _lift,
}  # fmt: skip


@of_contracts
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The image of a piece of evidence; its reading is in the trace."""
    user = user_of(request)
    seen = queries.grants_visible_to(user).values("pk")
    one = get_object_or_404(GrantEvidence, pk=pk, instalment__grant__in=seen)
    if not one.sealed:
        raise Http404("its image was erased")
    audit.read("see", "grant_instalment", one.instalment_id, by=user, subjects=[one.household_id])
    response = HttpResponse(opened_bytes(instalments.SEAL, one.sealed), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@of_contracts
def graduations(request: HttpRequest) -> HttpResponseBase:
    """The households that the rules say may leave the cash transfer."""
    user = user_of(request)
    found = queries.graduations_visible_to(user)
    decides = "enrolment.decide" in rights_of(request)
    waiting = [one for one in found.filter(status="proposed").order_by("pk")[:20] if one.proposed_by_id != user.pk]
    audit.read("see", "grant_graduation", "à décider", by=user, subjects=[one.household_id for one in waiting])
    return GRADUATIONS.respond(request, found, "grants/graduations.html", {"waiting": waiting if decides else []})


@require_POST
@of_contracts
def graduate(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """Let a household leave the transfer, or keep it there with the reason."""
    user = user_of(request)
    one = get_object_or_404(queries.graduations_visible_to(user), pk=pk)
    if verb not in ("confirmer", "ecarter"):
        raise Http404

    def done() -> str:
        if verb == "confirmer":
            graduation.confirm(one, by=user)
            return "Le ménage sort du transfert : son inscription est finie."
        graduation.dismiss(one, reason=_reason(request), by=user)
        return "La proposition est écartée : le ménage reste dans le transfert."

    carry_out(request, done)
    return redirect("grant_graduations")
