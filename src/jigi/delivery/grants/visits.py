"""Visits: coaching, and what became of the activity at 6 and 12 months; a wrong one is struck out, never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils import timezone

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.grants.actions import not_future, said
from jigi.delivery.grants.grant_models import Grant, GrantVisit
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.intake.models import Submission

NOUN = "grant_visit"
WINDOWS = {"month6": (150, 270), "month12": (330, 480)}
"""Days after the first instalment between which the balance of 6 or 12 months is made."""
LARGEST_XOF = 10**9


@dataclass(frozen=True)
class Told:
    """What a visit found. `sort`, `activity` and `trouble` are codes of GrantVisit; francs None: not asked."""

    held_on: date
    visitor: str
    activity: str
    sort: str = "coaching"
    income_xof: int | None = None
    assets_xof: int | None = None
    trouble: str = ""
    advice: str = ""


@unfenced
@transaction.atomic
def visit(grant: Grant, told: Told, *, fiche: Submission | None = None, by: User) -> GrantVisit:
    """Note a visit to a grantee. Raises Refused for a day before the grant's first instalment (a balance: outside its
    window) or in the future, for a balance without income and assets or made already, for a second visit of a day.
    """
    require_operator(by, grant.call.contract, grant.commune)
    check(grant, told)
    try:
        with transaction.atomic():
            made = GrantVisit.objects.create(**_facts(grant, told), fiche=fiche, made_by=by)
    except IntegrityError as error:
        raise Refused(
            "Cette visite est déjà notée", why="Une par jour, et un seul bilan à 6 et à 12 mois.",
            remedy="Rayez l’autre si elle est fausse, puis recommencez.",
        ) from error  # fmt: skip
    after = {"sort": told.sort, "day": f"{told.held_on}", "activity": told.activity}
    audit.record("make", NOUN, made.pk, by=by, after=after, subjects=[grant.household_id])
    return made


@unfenced
@transaction.atomic
def strike(one: GrantVisit, *, reason: str, by: User) -> None:
    """Strike a visit that was noted wrongly: it is kept and no longer counts."""
    require_operator(by, one.grant.call.contract, one.grant.commune)
    told = said(reason)
    struck = {"struck_by": by, "struck_at": timezone.now(), "struck_why": told}
    if not GrantVisit.objects.filter(pk=one.pk, struck_at=None).update(**struck):
        raise Raced("Cette visite est déjà rayée", remedy="Rechargez la page.")
    audit.record("strike", NOUN, one.pk, by=by, reason=told, subjects=[one.household_id])
    one.refresh_from_db()


def check(grant: Grant, told: Told) -> None:
    """Refused for what a visit of this grant can't be."""
    not_future(told.held_on, "Une visite")
    if not told.visitor.strip():
        raise Refused("Qui a visité le ménage ?", remedy="Écrivez le nom du visiteur.")
    for name, choices in (
        ("sort", GrantVisit.Sort),
        ("activity", GrantVisit.Activity),
        ("trouble", GrantVisit.Trouble),
    ):
        if getattr(told, name) not in choices.values:
            raise Refused(
                f"« {getattr(told, name)} » n’est pas une réponse possible", remedy="Choisissez dans la liste."
            )
    if any(not 0 <= (amount or 0) <= LARGEST_XOF for amount in (told.income_xof, told.assets_xof)):
        raise Refused("Le revenu et les biens sont des francs, de 0 à un milliard")
    if told.held_on < timezone.localdate(grant.made_at) and not grant.releases.filter(undone_at=None).exists():
        raise Refused("Cette visite est d’avant la subvention", remedy="Corrigez la date.")
    if told.sort in WINDOWS:
        _check_balance(grant, told)


def first_release(grant: Grant) -> date | None:
    """The day on which the first instalment of a grant was released, None: none was."""
    found: date | None = grant.releases.filter(undone_at=None).aggregate(day=Min("released_on"))["day"]
    return found


def _check_balance(grant: Grant, told: Told) -> None:
    if told.income_xof is None or told.assets_xof is None:
        raise Refused("Un bilan dit le revenu du mois et la valeur des biens", remedy="Écrivez 0 s’il n’y en a pas.")
    first, (least, most) = first_release(grant), WINDOWS[told.sort]
    if first is None:
        raise Refused("La première tranche n’est pas versée : il n’y a pas encore de bilan")
    if not least <= (told.held_on - first).days <= most:
        raise Refused(
            f"Ce bilan se fait de {least} à {most} jours après la première tranche",
            why=f"Elle est du {first:%d/%m/%Y}.", remedy="Notez une visite d’accompagnement, ou corrigez la date.",
        )  # fmt: skip


def _facts(grant: Grant, told: Told) -> dict[str, Any]:
    return {
        "grant": grant, "contract_id": grant.contract_id, "household_id": grant.household_id,
        "commune_id": grant.commune_id, "person_id": grant.recipient_id, "sort": told.sort, "held_on": told.held_on,
        "visitor": told.visitor.strip()[:120], "activity": told.activity, "income_xof": told.income_xof,
        "assets_xof": told.assets_xof, "trouble": told.trouble, "advice": told.advice.strip()[:500],
    }  # fmt: skip
