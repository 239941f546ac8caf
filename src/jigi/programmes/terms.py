"""What is in force of an agreement on a day: as it was signed, then as its confirmed amendments say, in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet
from django.utils import timezone

from jigi.programmes.models import Agreement, Amendment
from jigi.programmes.rules import Change, Terms, in_force, management_xof


@dataclass(frozen=True)
class Chapter:
    """An amendment with what was in force after it; `terms` is None until it is confirmed, and when it is refused."""

    amendment: Amendment
    state: str
    terms: Terms | None


STATES = {"asked": "à confirmer", "confirmed": "en vigueur", "refused": "refusé"}


def amendments(agreement: Agreement) -> QuerySet[Amendment]:
    """The amendments of an agreement by number, with who asked and who decided."""
    found = agreement.amendments.select_related("asked_by", "decision__by", "document", "eligibility", "budget").defer(
        "document__content"
    )
    return found.order_by("number")


def terms_on(agreement: Agreement, day: date) -> Terms:
    """Amount and closing in force on a day: amendments that are confirmed, and were signed by then."""
    confirmed = agreement.amendments.filter(decision__confirmed=True, signed_on__lte=day).order_by("number")
    return in_force(signed(agreement), map(change_of, confirmed))


def extended_closings(codes: Collection[str]) -> dict[str, date]:
    """The last closing that a confirmed amendment gave to some agreements, by code; none where none moved it."""
    moved = Amendment.objects.filter(
        agreement__code__in=codes,
        decision__confirmed=True,
        closes_on__isnull=False,
        signed_on__lte=timezone.localdate(),
    )
    return dict(moved.order_by().values_list("agreement__code").annotate(last=Max("closes_on")))


def signed(agreement: Agreement) -> Terms:
    """The agreement as its programme's file says."""
    return Terms(agreement.amount_xof, agreement.closes_on)


def change_of(amendment: Amendment) -> Change:
    sign = -1 if amendment.kind == Amendment.Kind.REDUCTION else 1
    return Change(sign * (amendment.amount_xof or 0), amendment.closes_on)


def story(agreement: Agreement) -> list[Chapter]:
    """Every amendment in the order of its number, each confirmed one with what it led to."""
    return list(_chapters(signed(agreement), amendments(agreement)))


def management_of(agreement: Agreement) -> int:
    """What of the signed amount is kept for management, in XOF."""
    return management_xof(agreement.amount_xof, agreement.management_bp)


def state_of(amendment: Amendment) -> str:
    """ "asked", "confirmed" or "refused"."""
    decision = getattr(amendment, "decision", None)
    if decision is None:
        return "asked"
    return "confirmed" if decision.confirmed else "refused"


def _chapters(terms: Terms, found: Iterable[Amendment]) -> Iterable[Chapter]:
    for amendment in found:
        state = state_of(amendment)
        if state == "confirmed":
            terms = in_force(terms, [change_of(amendment)])
        yield Chapter(amendment, state, terms if state == "confirmed" else None)
