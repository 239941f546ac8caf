"""Applications: received, corrected, withdrawn. A household is in one live application of a component at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.grants.actions import said
from jigi.delivery.grants.models import MOST_MONTHS, GrantApplicant, GrantApplication, GrantCall, GrantChoice
from jigi.delivery.grants.states import APPLICATION
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.registry.models import Household, Membership, Person

MOST_MEMBERS = 30
LARGEST_XOF = 10**9
LIVE = ("submitted", "waiting", "selected")


@dataclass(frozen=True)
class Asked:
    """What a household asks: `activity` is a code of the call, `members` the group's other households with whom
    speaks for each; incomes and expenses are francs of each month of the plan."""

    household: Household
    applicant: Person
    activity: str
    description: str
    incomes_xof: Sequence[int]
    expenses_xof: Sequence[int]
    own_xof: int = 0
    income_before_xof: int | None = None
    group_name: str = ""
    members: Sequence[tuple[Household, Person]] = field(default=())

    @property
    def everyone(self) -> list[tuple[Household, Person]]:
        """The households that it speaks for, the applicant's first."""
        return [(self.household, self.applicant), *self.members]


@unfenced
@transaction.atomic
def apply(call: GrantCall, asked: Asked, *, by: User) -> GrantApplication:
    """Receive an application. Raises Refused when the call takes none, for a household outside its communes or left,
    an applicant who is not a present member, a plan that is not whole, or a household that already applied.
    """
    require_operator(by, call.contract, asked.household.commune)
    check_call(call)
    check(call, asked)
    return _keep(call, [asked], by)[0]


@unfenced
@transaction.atomic
def correct(application: GrantApplication, asked: Asked, *, reason: str, by: User) -> None:
    """Write an application anew, for a household that stays the same; what it was stays in the trace.

    Once the committee has decided, only who carries it may change, until the household is enrolled.
    """
    current = _held(application, by)
    if asked.household.pk != current.household_id:
        raise Refused("Une candidature reste celle de son ménage", remedy="Retirez-la, et déposez-en une autre.")
    if current.status not in LIVE or hasattr(current, "grant"):
        raise Refused("Cette candidature ne se corrige plus", why=f"Elle est « {current.get_status_display()} ».")
    check(current.call, asked)
    values = _values(activities_of(current.call), asked)
    before = {name: getattr(current, name) for name in values}
    if current.status != "submitted" and {k: v for k, v in before.items() if k != "applicant_id"} != {
        k: v for k, v in values.items() if k != "applicant_id"
    }:
        raise Refused("Le comité a décidé sur ce dossier", remedy="Seul le porteur peut encore changer.")
    GrantApplication.objects.filter(pk=current.pk).update(**values)
    GrantApplicant.objects.filter(application=current).delete()
    _keep_applicants([(current, asked)])
    changed = {name for name, value in values.items() if before[name] != value}
    audit.record(
        "correct", APPLICATION.noun, current.pk, by=by, reason=said(reason),
        before={name: before[name] for name in sorted(changed)}, after={name: values[name] for name in sorted(changed)},
        subjects=[household.pk for household, _ in asked.everyone],
    )  # fmt: skip
    application.refresh_from_db()


@unfenced
@transaction.atomic
def withdraw(application: GrantApplication, *, reason: str, by: User) -> None:
    """Take an application back, at the household's word: its households may apply again."""
    current = _held(application, by)
    if hasattr(current, "grant"):
        raise Refused("La subvention est accordée", remedy="Constatez plutôt un défaut, sur sa page.")
    told = said(reason)
    APPLICATION.move(current, "withdraw", by=by, reason=told, subjects=[current.household_id], why=told)
    application.refresh_from_db()


def check_call(call: GrantCall) -> None:
    """Refused unless the call takes applications."""
    status = GrantCall.objects.values_list("status", flat=True).get(pk=call.pk)
    if status != "open":
        raise Refused(
            f"L’appel {call.code} ne prend pas de candidature", why=f"Il est « {call.get_status_display()} »."
        )


def check(call: GrantCall, asked: Asked) -> None:
    """Refused for what an application of this call can't be, whoever made it."""
    for why, remedy in faults_of(call, asked):
        raise Refused(why, remedy=remedy)


def faults_of(call: GrantCall, asked: Asked) -> Iterator[tuple[str, str]]:
    """What is wrong with an application, and what to do, the gravest first."""
    yield from plan_faults(asked.incomes_xof, asked.expenses_xof)
    if not all(0 <= amount <= LARGEST_XOF for amount in (asked.own_xof, asked.income_before_xof or 0)):
        yield "L’apport et le revenu sont des francs, de 0 à un milliard", "Corrigez le montant."
    if not asked.description.strip():
        yield "Il manque la description de l’activité", "Dites en une phrase ce que le ménage veut faire."
    if bool(asked.members) != bool(asked.group_name.strip()):
        yield "Un groupement a un nom et des membres", "Donnez les deux, ou aucun des deux."
    if len(asked.members) > MOST_MEMBERS:
        yield f"Un groupement a au plus {MOST_MEMBERS} autres ménages", "Déposez plusieurs candidatures."
    if len({household.pk for household, _ in asked.everyone}) < len(asked.everyone):
        yield "Un ménage est nommé deux fois dans le groupement", "Nommez chaque ménage une fois."
    places = set(call.communes.values_list("commune", flat=True))
    present = _present(asked.everyone)
    for household, person in asked.everyone:
        if household.status != Household.Status.ACTIVE:
            yield f"Le ménage {household.rsu} n’est plus au registre", "Choisissez un ménage actif."
        if household.commune_id not in places:
            yield f"Le ménage {household.rsu} n’est pas d’une commune de l’appel", "Voyez les communes de l’appel."
        if (household.pk, person.pk) not in present:
            yield f"{person} n’est pas un membre présent du ménage {household.rsu}", "Choisissez l’un de ses membres."


def plan_faults(incomes: Sequence[int], expenses: Sequence[int]) -> Iterator[tuple[str, str]]:
    """What is wrong with the months of a plan."""
    if not 1 <= len(incomes) <= MOST_MONTHS or len(incomes) != len(expenses):
        yield (
            f"Le plan a {len(incomes)} mois de recettes et {len(expenses)} de dépenses",
            f"Donnez les deux pour chaque mois, de 1 à {MOST_MONTHS} mois.",
        )
    if not all(0 <= amount <= LARGEST_XOF for amount in (*incomes, *expenses)):
        yield "Les recettes et dépenses sont des francs, de 0 à un milliard", "Corrigez le plan."


def keep_many(call: GrantCall, asked: Sequence[Asked], *, by: User) -> list[GrantApplication]:
    """Write applications that were checked, in their order, in a fixed number of statements; inside an act."""
    return _keep(call, asked, by)


def _held(application: GrantApplication, by: User) -> GrantApplication:
    current = (
        GrantApplication.objects.select_for_update(of=("self",)).select_related("call__contract").get(pk=application.pk)
    )
    require_operator(by, current.call.contract, current.commune)
    return current


def _keep(call: GrantCall, asked: Sequence[Asked], by: User) -> list[GrantApplication]:
    # In turn: numbers follow each other, and of two who bring one household the second is told.
    GrantCall.objects.select_for_update(no_key=True).get(pk=call.pk)
    activities = activities_of(call)
    last = GrantApplication.objects.filter(call=call).aggregate(last=Max("number"))["last"] or 0
    made = [
        GrantApplication(
            call=call, contract_id=call.contract_id, number=number, household=one.household,
            commune_id=one.household.commune_id, made_by=by, **_values(activities, one),
        )
        for number, one in enumerate(asked, start=last + 1)
    ]  # fmt: skip
    GrantApplication.objects.bulk_create(made)
    _keep_applicants(list(zip(made, asked, strict=True)))
    audit.record_many(
        [
            audit.Told(
                "make", APPLICATION.noun, one.pk, {}, {"number": one.shown, "activity": told.activity},
                subjects=tuple(household.pk for household, _ in told.everyone),
            )
            for one, told in zip(made, asked, strict=True)
        ],
        by=by,
    )  # fmt: skip
    return made


def _keep_applicants(made: Sequence[tuple[GrantApplication, Asked]]) -> None:
    rows = [
        GrantApplicant(
            application=one, contract_id=one.contract_id, component_id=one.call.component_id, household=household,
            person=person, leads=household.pk == asked.household.pk,
        )
        for one, asked in made
        for household, person in asked.everyone
    ]  # fmt: skip
    try:
        with transaction.atomic():
            GrantApplicant.objects.bulk_create(rows)
    except IntegrityError as error:
        if "grant_one_live_application" not in str(error):
            raise
        raise Raced(
            "Un de ces ménages a déjà une candidature en cours, seul ou dans un groupement",
            remedy="Retirez d’abord l’autre, ou corrigez-la.",
        ) from error


def activities_of(call: GrantCall) -> dict[str, GrantChoice]:
    """The activities that a call lets choose, by code."""
    return {one.code: one for one in call.choices.filter(sort="activity").order_by("name")}


def _values(activities: Mapping[str, GrantChoice], asked: Asked) -> dict[str, Any]:
    if asked.activity not in activities:
        raise Refused(f"« {asked.activity} » n’est pas une activité de l’appel", remedy="Choisissez dans la liste.")
    return {
        "applicant_id": asked.applicant.pk, "activity_id": activities[asked.activity].pk,
        "description": asked.description.strip()[:500],
        "group_name": asked.group_name.strip()[:120], "own_xof": asked.own_xof,
        "income_before_xof": asked.income_before_xof, "incomes_xof": list(asked.incomes_xof),
        "expenses_xof": list(asked.expenses_xof),
    }  # fmt: skip


def _present(everyone: Sequence[tuple[Household, Person]]) -> set[tuple[int, int]]:
    found = Membership.objects.filter(
        household__in=[household.pk for household, _ in everyone], ended_on=None, person__died_on=None
    )
    return set(found.values_list("household", "person"))


def members_of(households: Sequence[int]) -> Mapping[int, list[Membership]]:
    """The present members of households, by household, in the order of the roster; for those who choose among them."""
    found: dict[int, list[Membership]] = {one: [] for one in households}
    rows = Membership.objects.filter(household__in=households, ended_on=None, person__died_on=None)
    for one in rows.select_related("person").order_by("household", "line"):
        found[one.household_id].append(one)
    return found
