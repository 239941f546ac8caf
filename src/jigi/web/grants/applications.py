"""Applications: the list of a call, one typed or corrected, one withdrawn, and a file of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.grants import application_file, queries
from jigi.delivery.grants import applications as acts
from jigi.delivery.grants.applications import Asked
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.delivery.grants.rules import lowest_xof
from jigi.delivery.grants.states import APPLICATION
from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.models import User
from jigi.foundation.tabular import open_table
from jigi.registry.models import Household, Membership
from jigi.registry.rsu import digits_of
from jigi.web.formats import counted
from jigi.web.grants.listing import APPLICATIONS, chip
from jigi.web.grants.sight import error_of, francs, of_contracts, seen_application, seen_call
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in, user_of
from jigi.web.sent_table import sent_table
from jigi.web.submissions import KeyReused, carry_out

MONTHS = 12


@of_contracts
def applications(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The applications of a call that the person sees."""
    user, one = user_of(request), seen_call(request, pk)
    found = queries.applications_visible_to(user).filter(call=one)
    context = {"call": one, "may_operate": may_operate(user, one.contract)}
    return APPLICATIONS.respond(request, found, "grants/applications.html", context)


@of_contracts
def new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Type an application: first the household by its number, then who carries it and the plan."""
    user, call = user_of(request), seen_call(request, pk)
    if not may_operate(user, call.contract):
        raise Http404
    return _form(request, call, None, request.POST.get("rsu", request.GET.get("rsu", "")))


@of_contracts
def application(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One application with its plan; `?corriger` gives the form that writes it anew."""
    user, one = user_of(request), seen_application(request, pk)
    allowed = may_operate(user, one.call.contract, one.commune)
    audit.read("see", APPLICATION.noun, pk, by=user, subjects=[one.household_id])
    if request.method == "POST" or "corriger" in request.GET:
        if not allowed:
            raise Http404
        return _form(request, one.call, one, one.household.rsu)
    months = list(zip(one.incomes_xof, one.expenses_xof, strict=True))
    first = one.call.tranches.get(number=1).amount_xof
    context = {
        "one": one, "chip": chip(one), "allowed": allowed, "months": months,
        "gain": sum(one.incomes_xof) - sum(one.expenses_xof), "lowest": lowest_xof(months, first + one.own_xof),
        "applicants": one.applicants.select_related("household", "person").order_by("-leads", "pk"),
        "days": one.trained.count(), "grant": getattr(one, "grant", None),
        "places": one.places.select_related("selection").order_by("-pk"),
        "history": [(event, verb_word(event.verb, APPLICATION.noun)) for event in audit.history(APPLICATION.noun, pk)],
    }  # fmt: skip
    return render(request, "grants/application.html", context)


@require_POST
@of_contracts
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take an application back, with its reason."""
    user, one = user_of(request), seen_application(request, pk)

    def done() -> str:
        acts.withdraw(one, reason=request.POST.get("motif", ""), by=user)
        return "La candidature est retirée : le ménage peut en déposer une autre."

    carry_out(request, done)
    return redirect("grant_application", pk)


@of_contracts
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a file of applications: the good lines enter, the page says what is wrong with the others."""
    user, call, error = user_of(request), seen_call(request, pk), ""
    if not may_operate(user, call.contract):
        raise Http404
    taken: list[application_file.Taken] = []

    def done() -> str:
        with sent_table(request.FILES.get("fichier"), what="le fichier") as path, open_table(path) as table:
            taken.append(application_file.take(call, table, by=user))
        one = taken[0]
        received = counted(one.received, "candidature reçue", "candidatures reçues")
        return f"{received}, {counted(one.known, 'déjà là')}, {counted(one.held, 'ligne retenue', 'lignes retenues')}."

    if request.method == "POST":
        error = error_of(request, done)
        if not error and not (taken and taken[0].faults):
            return redirect("grant_applications", pk)
    context = {
        "call": call, "error": error, "taken": taken[0] if taken else None,
        "columns": (*application_file.COLUMNS, *application_file.OPTIONAL), "activities": acts.activities_of(call),
    }  # fmt: skip
    return render(request, "grants/send.html", context, status=400 if error else 200)


def _form(request: HttpRequest, call: GrantCall, one: GrantApplication | None, rsu: str) -> HttpResponseBase:
    user, error, made = user_of(request), "", []
    household = _found(call, rsu, user) if rsu else None
    if request.method == "POST" and household:

        def done() -> str:
            asked = _asked(request, call, household)
            if one:
                acts.correct(one, asked, reason=request.POST.get("motif", ""), by=user)
                made.append(one)
                return "La candidature est corrigée ; ce qu’elle était reste dans la trace."
            made.append(acts.apply(call, asked, by=user))
            return f"La candidature {made[0].shown} est déposée."

        try:
            carry_out(request, done)
            return redirect("grant_application", made[0].pk) if made else redirect("grant_applications", call.pk)
        except KeyReused:
            raise
        except JigiError as refused:
            error = str(refused)
    elif rsu and not household:
        error = "Aucun ménage d’une commune de l’appel n’a ce numéro RSU. Recopiez celui de la carte ou de la fiche."
    members = acts.members_of([household.pk])[household.pk] if household else []
    if household:
        audit.read("see", APPLICATION.noun, one.pk if one else "nouvelle", by=user, subjects=[household.pk])
    context = {
        "call": call, "one": one, "rsu": rsu, "household": household, "members": members, "error": error,
        "activities": acts.activities_of(call).values(), "said": _said(request, one),
    }  # fmt: skip
    return render(request, "grants/form.html", context, status=400 if error else 200)


def _asked(request: HttpRequest, call: GrantCall, household: Household) -> Asked:
    said, by = request.POST, user_of(request)
    person = Membership.objects.filter(household=household, ended_on=None, person=number_in(said.get("porteur", "")))
    found = person.select_related("person").first()
    if found is None:
        raise InputError("Choisissez qui porte l’activité", remedy="C’est un membre présent du ménage.")
    return Asked(
        household=household, applicant=found.person, activity=said.get("activite", ""),
        description=said.get("description", ""), incomes_xof=_months(said.get("recettes", ""), "Recettes"),
        expenses_xof=_months(said.get("depenses", ""), "Dépenses"), own_xof=francs(said.get("apport") or "0", "Apport"),
        income_before_xof=francs(said["revenu"], "Revenu du ménage") if said.get("revenu") else None,
        group_name=said.get("groupement", ""), members=_members(call, said.get("membres", ""), by),
    )  # fmt: skip


def _months(text: str, what: str) -> list[int]:
    """One amount a line; a single one stands for every month of a year."""
    found = [francs(line, what) for line in text.splitlines() if line.strip()]
    return found * MONTHS if len(found) == 1 else found


def _found(call: GrantCall, rsu: str, by: User) -> Household | None:
    """The household of a number, where the person works for this call: elsewhere, nothing says that it is there."""
    places = call.communes.values("commune")
    found = Household.objects.select_related("commune").filter(rsu_number=digits_of(rsu), commune__in=places).first()
    return found if found and may_operate(by, call.contract, found.commune) else None


def _members(call: GrantCall, text: str, by: User) -> list[tuple[Household, Any]]:
    """The other households of a group, one RSU number a line, each by who receives for it, else its head."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        household = _found(call, line, by)
        present = acts.members_of([household.pk])[household.pk] if household else []
        usual = sorted(present, key=lambda one: (one.role != "recipient", one.relation != "head"))
        if household is None or not usual:
            raise InputError(
                f"Aucun ménage d’une commune de l’appel n’a le numéro RSU « {line.strip()[:20]} »",
                remedy="Recopiez celui de la carte ou de la fiche.",
            )
        found.append((household, usual[0].person))
    return found


def _said(request: HttpRequest, one: GrantApplication | None) -> dict[str, Any]:
    """What the form shows: what was typed, else what the application says."""
    if request.method == "POST" or one is None:
        return request.POST.dict()
    others = one.applicants.filter(leads=False).select_related("household")
    return {
        "porteur": str(one.applicant_id), "activite": one.activity.code, "description": one.description,
        "recettes": "\n".join(map(str, one.incomes_xof)), "depenses": "\n".join(map(str, one.expenses_xof)),
        "apport": one.own_xof, "revenu": "" if one.income_before_xof is None else one.income_before_xof,
        "groupement": one.group_name, "membres": "\n".join(other.household.rsu for other in others),
    }  # fmt: skip
