"""Closing a period of accounts, and reopening it by two persons with a reason."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.periods import french_date
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.ledger.models import Closing


@unfenced
def close_period(starts_on: date, ends_on: date, *, by: User) -> Closing:
    """Close the days from the first to the last, both in: no entry dated in them posts any more.

    Raises Refused when the period is not over, runs backwards, or meets one that is closed already.
    """
    require_everywhere(by, "ledger.keep")
    if ends_on < starts_on:
        raise Refused("La période finit avant de commencer", remedy="Vérifiez les deux dates.")
    if ends_on >= timezone.localdate():
        raise Refused(
            "Cette période n’est pas finie", why=f"Son dernier jour est le {french_date(ends_on)}.",
            remedy="Clôturez-la à partir du lendemain.",
        )  # fmt: skip
    try:
        with transaction.atomic():
            _alone()
            closing = Closing.objects.create(starts_on=starts_on, ends_on=ends_on, closed_by=by)
            facts = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
            audit.record("close", "accounting_period", closing.pk, by=by, after=facts)
    except IntegrityError as error:
        if "closing_of_a_period_once" not in str(error):
            raise
        raise Refused(
            "Une partie de cette période est déjà close", remedy="Commencez au lendemain de la dernière clôture."
        ) from error
    return closing


@unfenced
@transaction.atomic
def ask_reopening(closing: Closing, *, by: User, reason: str) -> None:
    """Ask that a closed period be opened again, with the reason; another person decides."""
    require_everywhere(by, "ledger.keep")
    if not reason.strip():
        raise Refused("Une réouverture se motive", remedy="Écrivez ce qui doit être passé, et sur quelle pièce.")
    asked = Closing.objects.filter(pk=closing.pk, reopen_asked_by__isnull=True, reopened_at__isnull=True)
    if not asked.update(reopen_asked_by=by, reopen_why=reason.strip()[:300]):
        raise Refused("La réouverture de cette période est déjà demandée ou faite", remedy="Rechargez la page.")
    audit.record("ask_reopening", "accounting_period", closing.pk, by=by, reason=reason)


@unfenced
@transaction.atomic
def reopen(closing: Closing, *, by: User) -> None:
    """Open a closed period again, as another person asked."""
    require_everywhere(by, "ledger.approve")
    _alone()
    held = Closing.objects.select_for_update().get(pk=closing.pk)
    if held.reopened_at or held.reopen_asked_by_id is None:
        raise Refused("Personne n’attend la réouverture de cette période", remedy="Rechargez la page.")
    if held.reopen_asked_by_id == by.pk:
        raise Refused(
            "Vous avez demandé cette réouverture : une autre personne doit l’accorder",
            why="Rouvrir des comptes clos se fait à deux.",
        )
    Closing.objects.filter(pk=held.pk).update(reopened_by=by, reopened_at=timezone.now())
    audit.record("reopen", "accounting_period", held.pk, by=by, reason=held.reopen_why)


def require_everywhere(by: User, right: str) -> None:
    """The accounts are one for the country and all programmes: who keeps or approves them is limited to none."""
    require(by, right, areas=_country(), programme="")


def holds_everywhere(user: User, right: str) -> bool:
    """Whether `require_everywhere` lets this person pass."""
    return can(user, right, areas=_country(), programme="")


def _country() -> QuerySet[Area]:
    return Area.objects.filter(level=Area.Level.COUNTRY)


def _alone() -> None:
    """Wait for the postings under way, and hold those that come until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_closing'))")
