"""How old what is known of a household is, in words: for its page, its line of the list, and the filters above it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html

from jigi.changes import queries as changes
from jigi.registry import facts
from jigi.registry import queries as registry
from jigi.registry.freshness import HEALTH, Fact, Freshness
from jigi.registry.models import Household
from jigi.web.formats import months_between, short_day

Households = QuerySet[Household]

TONES = {Freshness.FRESH: "ok", Freshness.SOON: "info", Freshness.STALE: "wait", Freshness.NEVER: ""}


@dataclass(frozen=True)
class Age:
    """Months since the last visit, what that means, and each kind of fact with the tone of its state."""

    months: int
    visit: Freshness
    facts: list[tuple[Fact, str]]

    @property
    def stale(self) -> list[str]:
        return [fact.kind.title for fact, _ in self.facts if fact.freshness is Freshness.STALE]

    @property
    def soon(self) -> list[str]:
        return [fact.kind.title for fact, _ in self.facts if fact.freshness is Freshness.SOON]


def age_of(household: Household, *, sensitive: bool = False) -> Age:
    """The age of what is known of a household today; of its health too for who may read what is sensitive."""
    today = timezone.localdate()
    newer = changes.days_renewed(household) if hasattr(household, "renewed") else changes.renewals(household)
    found = registry.facts_of(household, today, sensitive=sensitive, newer=newer)
    return Age(
        months_between(household.collected_on, today),
        facts.reviewed().visit.freshness(household.collected_on, today),
        [(fact, TONES[fact.freshness]) for fact in found],
    )


def last_seen(household: Household) -> str:
    """« 03/03/2024 », with the months since when that is too long ago."""
    today, day = timezone.localdate(), short_day(household.collected_on)
    visit = facts.reviewed().visit.freshness(household.collected_on, today)
    if visit is not Freshness.STALE or household.is_erased:
        return day
    months = months_between(household.collected_on, today)
    return format_html('{} <span class="chip wait">{} mois</span>', day, months)


def stale_kinds(household: Household) -> str:
    """« contact, sécurité alimentaire »: the kinds of facts that no longer hold."""
    return "" if household.is_erased else ", ".join(age_of(household).stale)


def visit_choices() -> list[tuple[str, str]]:
    """The filter by the last visit: its state, then how long ago it was."""
    months = facts.reviewed().visit.months
    spans = sorted({6, 12, 36, 60} | ({months} if months else set()))
    said = [(str(one), f"il y a plus de {one} mois{' : à revoir' if one == months else ''}") for one in spans]
    return [("recent", "à jour"), *said]


def seen_since(households: Households, choice: str) -> Households:
    """The households whose last visit is as a choice of visit_choices says."""
    today, months = timezone.localdate(), facts.reviewed().visit.months or 0
    condition = (
        ~registry.not_seen_for(months, today) if choice == "recent" else registry.not_seen_for(int(choice), today)
    )
    return households.filter(condition)


def kind_choices() -> list[tuple[str, str]]:
    """The filter by kind: those that age, out of date then soon so."""
    ageing = [kind for kind in facts.kinds() if kind.life.months and kind.carrier != HEALTH]
    stale = [(f"{kind.code}.stale", f"{kind.title} (plus de {kind.life.months} mois)") for kind in ageing]
    return stale + [(f"{kind.code}.soon", f"{kind.title} : bientôt") for kind in ageing]


def with_aged(households: Households, choice: str) -> Households:
    """The households of which a kind is out of date, or soon so, as a choice of kind_choices says."""
    code, _, state = choice.partition(".")
    freshness = Freshness.STALE if state == "stale" else Freshness.SOON
    return households.filter(changes.aged(facts.reviewed().kinds[code], freshness, timezone.localdate()))
