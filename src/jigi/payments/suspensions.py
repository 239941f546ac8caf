"""Communes suspended for insecurity: asked by one person, confirmed by another, lifted; no right is lost.

While it lasts, the commune is in no round: its term waits, and is opened for it when the suspension is lifted, so that
its calendar shifts and keeps all its terms (docs/calendar.md). What was frozen before is held at the release, and owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.periods import french_date
from jigi.geography.access import postings_with, require
from jigi.geography.models import Area
from jigi.payments.models import CommuneSuspension
from jigi.payments.states import SUSPENSION
from jigi.programmes.models import Component


def visible_to(user: User) -> QuerySet[CommuneSuspension]:
    """The suspensions of communes, in programmes, where the user may see payments."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, "payments.see"):
        here = Q(commune__path__startswith=posting.area.path)
        condition |= here & Q(component__programme__code=posting.programme_code) if posting.programme_code else here
    found = CommuneSuspension.objects.filter(condition)
    return found.select_related("component__programme", "commune", "asked_by", "confirmed_by", "ended_by")


def in_force(component: Component, communes: Sequence[Area] | None = None) -> QuerySet[CommuneSuspension]:
    """The suspensions of a component that hold today (in some communes, or in all)."""
    found = CommuneSuspension.objects.filter(
        component=component, status="confirmed", starts_on__lte=timezone.localdate()
    ).select_related("commune")
    return found if communes is None else found.filter(commune__in=communes)


@unfenced
def ask(component: Component, commune: Area, *, starts_on: date, reason: str, by: User) -> CommuneSuspension:
    """Ask to suspend a commune of a component from a day on; nothing changes until another person confirms it."""
    require(by, "payments.prepare", areas=[commune], programme=component.programme.code)
    if not component.communes.filter(commune=commune).exists():
        raise Refused(f"{commune.name} n’est pas une commune de {component}")
    if not reason.strip():
        raise Refused("Une suspension se motive", remedy="Écrivez qui l’a demandée, et pourquoi.")
    try:
        with transaction.atomic():
            made = CommuneSuspension.objects.create(
                component=component, commune=commune, starts_on=starts_on, reason=reason.strip()[:200], asked_by=by
            )
            facts = {"commune": commune.code, "component": component.code, "starts_on": starts_on.isoformat()}
            audit.record("ask", SUSPENSION.noun, made.pk, by=by, after=facts, reason=made.reason)
    except IntegrityError as error:
        if "suspension_one_live" not in str(error):
            raise
        raise Refused(
            f"{commune.name} a déjà une suspension demandée ou en vigueur", remedy="Ouvrez-la dans la liste."
        ) from error
    return made


@unfenced
def confirm(suspension: CommuneSuspension, *, by: User) -> None:
    """A second person confirms it: from its day on the commune is in no list that is frozen, and no order leaves."""
    _require(suspension, "payments.approve", by)
    if suspension.asked_by_id == by.pk:
        raise Refused(
            "Vous avez demandé cette suspension : une autre personne doit la confirmer",
            why="Suspendre une commune se décide à deux.",
        )
    SUSPENSION.move(suspension, "confirm", by=by, confirmed_by=by, confirmed_at=timezone.now())


@unfenced
def withdraw(suspension: CommuneSuspension, *, reason: str, by: User) -> None:
    """Give up a request that nobody has confirmed."""
    _require(suspension, "payments.prepare", by)
    _end(suspension, "withdraw", timezone.localdate(), reason, by)


@unfenced
def lift(suspension: CommuneSuspension, *, ends_on: date, reason: str, by: User) -> None:
    """End a suspension, of which `ends_on` was the last day: the terms that the commune missed may be opened for it.

    One that has not begun (a wrong date) ends before it does, whatever the day.
    """
    _require(suspension, "payments.approve", by)
    begun = suspension.starts_on <= timezone.localdate()
    if begun and not suspension.starts_on <= ends_on <= timezone.localdate():
        raise Refused(
            f"Le {french_date(ends_on)} n’est pas un jour de cette suspension",
            why=f"Elle dure depuis le {french_date(suspension.starts_on)}, et ne se lève pas d’avance",
        )
    _end(suspension, "lift", ends_on, reason, by)


def _end(suspension: CommuneSuspension, verb: str, ends_on: date, reason: str, by: User) -> None:
    said = reason.strip()[:200]
    if not said:
        raise Refused("Il faut un motif", remedy="Écrivez qui l’a décidé, et pourquoi.")
    now = timezone.now()
    ends_on = max(ends_on, suspension.starts_on)
    SUSPENSION.move(
        suspension, verb, by=by, reason=said, ended_by=by, ended_at=now, ends_on=ends_on, end_reason=said
    )  # fmt: skip


def _require(suspension: CommuneSuspension, right: str, by: User) -> None:
    require(by, right, areas=[suspension.commune], programme=suspension.component.programme.code)


def spans_of(communes: Sequence[int]) -> list[tuple[int, date, date | None]]:
    """The spans in which some communes were suspended, for any component: commune, first day, last day (None: still).

    What was suspended for one is a place where nothing is asked of a household for another.
    """
    held = CommuneSuspension.objects.filter(commune__in=communes, status__in=("confirmed", "lifted"))
    return list(held.order_by("pk").values_list("commune_id", "starts_on", "ends_on"))
