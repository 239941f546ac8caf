"""Scenarios: computed from the register in a few statements, saved with the day, compared side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import require
from jigi.programmes.models import Component
from jigi.response.arm_lists import FIRST_DAY
from jigi.response.arm_models import MOST_PLACES
from jigi.response.arm_places import cercles_of, kept_communes, people_in_need
from jigi.response.models import Activation, Scenario, ScenarioArea
from jigi.response.promise import promise
from jigi.response.scenario_rules import Cercle, Reached, days_to_pay, reach

NOUN = "scenario"
BETWEEN_PAYMENTS = 30
"""Days from a payment to the next, until others are given."""
LARGEST_XOF, MOST_PAYMENTS, MOST_DAYS = 10_000_000, 60, 365
"""Of one payment to one household, of payments, and of days of one step."""


def promised_days() -> dict[str, int]:
    """Days of each step from the decision to the order, as the promise of speed says, and between two payments."""
    said = promise()
    return {
        "list": said.days_of("listed", "enrolled"), "approval": said.days_of("prepared", "approved", "released"),
        "order": said.days_of("ordered"), "between_payments": BETWEEN_PAYMENTS,
    }  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The choices of a scenario; amounts in FCFA, `daily_capacity` in households paid a day by all agencies."""

    name: str
    amount_xof: int
    payments: int
    daily_capacity: int
    base_component: Component | None = None
    horizontal_places: int = 0
    listing_places: int = 0
    livelihoods: tuple[str, ...] = ()
    fresh_since: date | None = None
    leave_out: tuple[str, ...] = ()
    helped_since: date | None = None
    purpose: str = "urgence"
    days: Mapping[str, int] = field(default_factory=promised_days)


@unfenced
def compute(activation: Activation, plan: Plan, *, by: User) -> Scenario:
    """Compute a scenario for an activation and keep it, replacing the one of the same name.

    Refused when nothing would be given, when no place is kept, or when the activation is over.
    """
    communes = kept_communes(activation)
    if not communes:
        raise Refused("Aucun lieu n’est retenu", remedy="Retenez d’abord les lieux de la réponse, avec leurs motifs.")
    require(by, "response.prepare", areas=communes)
    _check(activation, plan)
    cercles = _cercles(activation, plan)
    reached = reach(
        cercles, vertical=plan.base_component is not None, horizontal_places=plan.horizontal_places,
        listing_places=plan.listing_places, cost_xof=plan.amount_xof * plan.payments,
    )  # fmt: skip
    return _kept(activation, plan, cercles, reached, by)


def forget(scenario: Scenario, *, by: User) -> None:
    """Take a scenario away: it decided nothing."""
    require(by, "response.prepare", areas=kept_communes(scenario.activation))
    with transaction.atomic():
        audit.record("forget", NOUN, scenario.pk, by=by, before={"name": scenario.name, "cost_xof": scenario.cost_xof})
        scenario.delete()


def agencies_capacity(component: Component) -> int:
    """Households a day that a component's agencies have paid at their best so far; 0 when they have paid nobody."""
    best = fetch_sql("response", "scenario_pace", {"component": component.pk})
    return sum(row["households"] for row in best)


def in_need_of(scenario: Scenario) -> int | None:
    """People in phases 3 to 5 in the cercles of a scenario, None when nobody has said."""
    found: int | None = scenario.areas.aggregate(people=Sum("in_need"))["people"]
    return found


def _cercles(activation: Activation, plan: Plan) -> list[Cercle]:
    communes = kept_communes(activation)
    needs = people_in_need(activation, cercles_of(communes))
    facts: dict[str, Any] = {
        "communes": [area.pk for area in communes], "base": plan.base_component.pk if plan.base_component else 0,
        "purpose": plan.purpose, "fresh_since": plan.fresh_since, "livelihoods": list(plan.livelihoods),
        "leave_out": list(plan.leave_out), "helped_since": plan.helped_since or FIRST_DAY,
    }  # fmt: skip
    found = {row.pop("cercle_id"): row for row in fetch_sql("response", "scenario_cercles", facts)}
    nobody = dict.fromkeys(
        ("registered", "persons", "already_helped", "vertical", "vertical_persons", "candidates", "candidate_persons"),
        0,
    )
    return [Cercle(area.pk, **found.get(area.pk, nobody), in_need=needs.get(area.pk)) for area in cercles_of(communes)]


def _kept(
    activation: Activation, plan: Plan, cercles: list[Cercle], reached: Mapping[int, Reached], by: User
) -> Scenario:
    households = sum(one.households for one in reached.values())
    if not households:
        raise Refused(
            "Ce scénario n’atteindrait personne", why="Le registre n’a pas de tels ménages dans les lieux retenus",
            remedy="Ajoutez des places, ou élargissez les choix.",
        )  # fmt: skip
    first, last = days_to_pay(
        households, plan.daily_capacity, plan.payments,
        preparing=sum(plan.days[step] for step in ("list", "approval", "order")),
        between_payments=plan.days["between_payments"],
    )  # fmt: skip
    figures = {
        "households": households, "persons": sum(one.persons for one in reached.values()),
        "cost_xof": sum(one.cost_xof for one in reached.values()), "days_to_first_payment": first,
        "days_to_last_payment": last,
    }  # fmt: skip
    try:
        with transaction.atomic():
            Scenario.objects.filter(activation=activation, name=plan.name.strip()).delete()
            made = Scenario.objects.create(activation=activation, made_by=by, **_choices(plan), **figures)
            ScenarioArea.objects.bulk_create(_area(made, one, reached[one.id]) for one in cercles)
            audit.record("compute", NOUN, made.pk, by=by, after={"name": made.name, **figures})
    except IntegrityError as error:
        raise Refused("Ces choix ne tiennent pas ensemble", remedy="Relisez les nombres du scénario.") from error
    return made


def _choices(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name.strip(), "amount_xof": plan.amount_xof, "payments": plan.payments,
        "vertical": plan.base_component is not None, "base_component": plan.base_component,
        "horizontal_places": plan.horizontal_places, "listing_places": plan.listing_places,
        "livelihoods": list(plan.livelihoods), "fresh_since": plan.fresh_since, "leave_out": list(plan.leave_out),
        "helped_since": plan.helped_since, "daily_capacity": plan.daily_capacity,
    }  # fmt: skip


def _area(made: Scenario, one: Cercle, reached: Reached) -> ScenarioArea:
    return ScenarioArea(
        scenario=made, area_id=one.id, in_need=one.in_need, registered=one.registered,
        already_helped=one.already_helped, vertical=reached.vertical, horizontal=reached.horizontal,
        listing=reached.listing, persons=reached.persons, cost_xof=reached.cost_xof,
    )  # fmt: skip


def _check(activation: Activation, plan: Plan) -> None:
    if activation.status not in ("draft", "asked", "active"):
        raise Refused("La réponse est finie", remedy="Préparez une autre réponse pour comparer des scénarios.")
    if not 0 < len(plan.name.strip()) <= 120:
        raise Refused("Un scénario a un nom, en 120 caractères au plus", remedy="Donnez-lui en un.")
    if min(plan.amount_xof, plan.payments, plan.daily_capacity) < 1:
        raise Refused("Montant, paiements et ménages payés par jour sont au moins 1", remedy="Corrigez ces nombres.")
    if plan.amount_xof > LARGEST_XOF or plan.payments > MOST_PAYMENTS:
        raise Refused(
            "Ce n’est pas un transfert à un ménage",
            remedy=f"Écrivez au plus {format_xof(LARGEST_XOF)} par paiement, et {MOST_PAYMENTS} paiements.",
        )
    if max(plan.horizontal_places, plan.listing_places, plan.daily_capacity) > MOST_PLACES:
        raise Refused("Le pays n’a pas tant de ménages", remedy=f"Écrivez au plus {MOST_PLACES} ménages.")
    if not all(0 <= days <= MOST_DAYS for days in plan.days.values()):
        raise Refused("Une étape ne prend pas tant de jours", remedy=f"Écrivez au plus {MOST_DAYS} jours.")
    if plan.base_component is None and not plan.horizontal_places and not plan.listing_places:
        raise Refused("Ce scénario ne donne rien à personne", remedy="Ajoutez un complément ou des places.")
    if plan.leave_out and plan.helped_since is None:
        raise Refused("Aidés depuis quel jour ?", remedy="Dites depuis quand l’aide des régimes compte.")
