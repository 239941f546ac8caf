"""The census of a contract: who is counted in, how they are added, corrected, taken out, screened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import care, census_file, queries
from jigi.delivery.nutrition import census as acting
from jigi.delivery.nutrition.census import Counted
from jigi.delivery.nutrition.models import CensusEntry, RationScale, Screening
from jigi.foundation import audit
from jigi.foundation.cells import as_date
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.registry.models import Person
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nutrition.sending import sent_and_told, sent_file
from jigi.web.nutrition.sight import (
    day_in,
    must_day,
    person,
    require_names,
    seen_contract,
    seen_entry,
    village_in,
    villages_of,
)
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out

PART = "recensement"
LABELS = {"severe": "malnutrition aiguë sévère : à référer aujourd’hui", "moderate": "malnutrition aiguë modérée",
          "at_risk": "femme à risque", "normal": "normal"}  # fmt: skip

CENSUS = Listing(
    noun=("personne recensée", "personnes recensées"),
    file_name="recensement",
    columns=(
        Column("personne", "Personne", lambda e: e.name or e.known_as,
               link=lambda e: reverse("nutrition_entry", args=[e.pk])),
        Column("categorie", "Catégorie", lambda e: e.get_category_display(), sort="category"),
        Column("village", "Village", lambda e: e.village.name, sort="village__name"),
        Column("registre", "Registre", lambda e: "au registre" if e.person_id else "recensée, avec consentement"),
        Column("gardien", "Mère ou gardien", lambda e: e.guardian),
        Column("par", "Recensée par", lambda e: e.made_by.full_name, sort="made_by__full_name"),
        Column("quand", "Le", lambda e: e.made_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("village", "Village", lambda found, text: found.filter(village__name__icontains=text),
               placeholder="nom"),
        Filter("categorie", "Catégorie", lambda found, code: found.filter(category=code),
               (("child", "enfants"), ("woman", "femmes"))),
        Filter("nom", "Nom", lambda found, text: found.filter(name__icontains=text), placeholder="hors registre"),
        Filter("etat", "État", lambda found, code: found.filter(left_on__isnull=code == "recensee"),
               (("recensee", "recensées"), ("retiree", "retirées"))),
    ),
    empty="Personne n’est encore recensé : prenez les ménages du registre, ou envoyez le fichier du recensement.",
    subject=lambda e: e.household_id,
)  # fmt: skip


def census(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is counted in under a contract; posting the form counts one more in."""
    user, one = person(request), seen_contract(request, pk)
    if request.method == "POST":
        carry_out(request, lambda: _added(request, one, user))
        return redirect("nutrition_census", pk)
    told = require_names(user, one)
    context = {
        "contract": one, "operates": may_operate(user, one), "villages": villages_of(one),
        "scales": RationScale.objects.order_by("-valid_from"),
    }  # fmt: skip
    return CENSUS.respond(request, queries.census_named(one).filter(commune__in=told), "nutrition/census.html", context)


@require_POST
def take_register(request: HttpRequest, pk: int) -> HttpResponse:
    """Count in everybody whom the register knows in a village, or in all of them."""
    user, one = person(request), seen_contract(request, pk)

    def act() -> str:
        scale = RationScale.objects.filter(pk=number_in(request.POST.get("bareme", ""))).first()
        if scale is None:
            raise Refused("Quel barème ?", remedy="Choisissez un barème : ses âges disent qui prendre.")
        asked = request.POST.get("village", "")
        villages = villages_of(one) if asked == "tous" else [village_in(one, request.POST.get("village", ""))]
        made = acting.take_register(one, villages, scale, by=user)
        return f"{counted(made, 'personne recensée', 'personnes recensées')} depuis le registre."

    carry_out(request, act)
    return redirect("nutrition_census", pk)


@require_POST
def take_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The census of the operator, as a file."""
    user, one = person(request), seen_contract(request, pk)
    found: list[census_file.Taken] = []

    def read() -> str:
        with sent_file(request.FILES.get(PART)) as path:
            found.append(census_file.take(path, one, by=user))
        return f"{counted(found[0].added, 'personne recensée', 'personnes recensées')}, {found[0].known} déjà connues."

    back = reverse("nutrition_census", args=[pk])
    return sent_and_told(request, read, lambda: found[0].problems if found else (), back, "Fichier du recensement")


def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One person of the census: what is known, and what may be done."""
    user, one = person(request), seen_entry(request, pk)
    audit.read("see", acting.NOUN, one.pk, by=user, subjects=[one.household_id] if one.household_id else [])
    return render(request, "nutrition/entry.html", _context(user, one))


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Correct a birth, take a person out or in again, note a screening."""
    user, one = person(request), seen_entry(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("nutrition_entry", pk)


@require_POST
def screenings(request: HttpRequest, pk: int) -> HttpResponse:
    """The screenings of a person, read for a reason by who may; each reading is noted."""
    user, one = person(request), seen_entry(request, pk)
    if not can(user, care.RIGHT, areas=[one.commune]):
        raise Http404
    found: list[Screening] = []

    def read() -> str:
        found.extend(care.read(one, reason=request.POST.get("motif", ""), by=user))
        return ""

    if not carry_out(request, read, again=""):
        found.extend(care.read(one, reason=request.POST.get("motif", ""), by=user))
    return render(request, "nutrition/entry.html", {**_context(user, one), "screenings": found, "was_read": True})


def _context(user: User, one: CensusEntry) -> dict[str, object]:
    member = queries.member_of(one)
    known = Person(birth_date=one.birth_date, birth_precision=one.birth_precision)
    return {
        "entry": one, "name": one.name or (str(member) if member else "nom effacé"), "member": member,
        "birth": known.birth if one.birth_date else member.birth if member else "inconnue",
        "operates": may_operate(user, one.contract, one.commune), "today": date.today().isoformat(),
        "reads": can(user, care.RIGHT, areas=[one.commune]), "oedemas": Screening.Oedema.choices,
    }  # fmt: skip


def _added(request: HttpRequest, one: Contract, by: User) -> str:
    said = request.POST
    made = Counted(
        said.get("categorie", ""), village_in(one, said.get("village", "")), said.get("nom", ""),
        said.get("gardien", ""),
        _birth(said.get("naissance", "")), day_in(said.get("terme", "")),
        day_in(said.get("allaite", "")), said.get("centre", ""), "consentement" in said,
    )  # fmt: skip
    acting.add(one, made, by=by)
    return f"{made.name} est recensée dans {made.village.name}."


def _birth(text: str) -> tuple[date, str] | None:
    try:
        found = as_date(text) if text.strip() else None
    except ValueError as error:
        raise Refused(
            f"« {text[:30]} » {error}", remedy="Écrivez 12/05/2016, 05/2016, 2016 ou « vers 2016 »."
        ) from None
    return (found.day, found.precision) if found else None


def _correct(request: HttpRequest, one: CensusEntry, by: User) -> str:
    birth = _birth(request.POST.get("naissance", ""))
    if birth is None:
        raise Refused("Quelle naissance ?", remedy="Écrivez 12/05/2016, 05/2016 ou 2016.")
    acting.correct_birth(one, *birth, by=by)
    return "La naissance est corrigée : les listes établies à partir de maintenant en tiennent compte."


def _remove(request: HttpRequest, one: CensusEntry, by: User) -> str:
    acting.remove(one, reason=request.POST.get("motif", ""), forget="effacer" in request.POST, by=by)
    return "La personne est retirée du recensement."


def _restore(request: HttpRequest, one: CensusEntry, by: User) -> str:
    acting.restore(one, by=by)
    return "La personne est de nouveau recensée."


def _screen(request: HttpRequest, one: CensusEntry, by: User) -> str:
    said = request.POST
    muac = number_in(said.get("pb", "").strip()) or None
    result = care.screen(
        one, day=must_day(request.POST.get("jour", "")), muac_mm=muac, oedema=said.get("oedemes", "none"),
        referred_to=said.get("centre", ""), by=by,
    )  # fmt: skip
    return f"Dépistage noté : {LABELS[result]}."


def _arrived(request: HttpRequest, one: CensusEntry, by: User) -> str:
    made = care.screened_on(one, must_day(request.POST.get("depistage", "")), by=by)
    care.arrived(made, must_day(request.POST.get("jour", "")), by=by)
    return "L’arrivée au centre de santé est notée."


def _unscreen(request: HttpRequest, one: CensusEntry, by: User) -> str:
    made = care.screened_on(one, must_day(request.POST.get("depistage", "")), by=by)
    care.unscreen(made, reason=request.POST.get("motif", ""), by=by)
    return "Le dépistage est annulé."


ACTS: dict[str, Callable[[HttpRequest, CensusEntry, User], str]] = {
    "naissance": _correct, "retirer": _remove, "remettre": _restore, "depister": _screen,
    "recue": _arrived, "annuler-depistage": _unscreen,
}  # fmt: skip
