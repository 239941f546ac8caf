"""What the manual computes of grants: the ranking of a call, what an instalment still lacks, graduation. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SELECTED, WAITING, BELOW, UNSCORED, UNTRAINED = "selected", "waiting", "below", "unscored", "untrained"
MILLI = 1_000


@dataclass(frozen=True)
class Candidate:
    """An application as the committee leaves it: `points` of each criterion, summed over the members who scored.

    `members` are those who scored every criterion; `days` the days of training; `order` the place of its number.
    """

    application: int
    members: int
    points: Mapping[str, int]
    days: int
    woman: bool
    order: int


@dataclass(frozen=True)
class SelectionTerms:
    """How a call ranks: see terms.py. `seats` is what places and budget leave."""

    pass_percent: int
    most_points: int
    members: int
    training_days: int
    ties: tuple[str, ...]
    seats: int


@dataclass(frozen=True)
class Placed:
    """What the ranking says of one application. `rank` is 0 when it is not ranked; `tied_by` the tie that put it
    behind the one before it, "" when their scores differ."""

    application: int
    verdict: str
    rank: int
    score_milli: int
    tied_by: str


def seats(places: int, budget_xof: int, grant_xof: int) -> int:
    """How many grants a call may give: its places, as far as its budget pays them whole."""
    return min(places, budget_xof // grant_xof)


def score_milli(points: int, members: int) -> int:
    """The mean of the members' totals, in thousandths of a point, cut (not rounded)."""
    return points * MILLI // members if members else 0


def rank(candidates: Sequence[Candidate], terms: SelectionTerms) -> list[Placed]:
    """Every candidate once: those ranked first, by rank, then the others by their order.

    Highest score first; equal scores are separated by the ties of the terms, one after the other; the last,
    « first_come », separates always, since no two have one order.
    """
    ranked, others = [], []
    for one in candidates:
        verdict = _set_aside(one, terms)
        if verdict:
            others.append(Placed(one.application, verdict, 0, _score(one), ""))
        else:
            ranked.append(one)
    ranked.sort(key=lambda one: _key(one, terms.ties))
    placed = []
    for number, one in enumerate(ranked, start=1):
        verdict = SELECTED if number <= terms.seats else WAITING
        tied_by = _separated_by(ranked[number - 2], one, terms.ties) if number > 1 else ""
        placed.append(Placed(one.application, verdict, number, _score(one), tied_by))
    order = {one.application: one.order for one in candidates}
    return placed + sorted(others, key=lambda one: order[one.application])


def _set_aside(one: Candidate, terms: SelectionTerms) -> str:
    if one.days < terms.training_days:
        return UNTRAINED
    if one.members < terms.members:
        return UNSCORED
    return BELOW if _score(one) * 100 < terms.pass_percent * terms.most_points * MILLI else ""


def _score(one: Candidate) -> int:
    return score_milli(sum(one.points.values()), one.members)


def _key(one: Candidate, ties: Sequence[str]) -> tuple[int, ...]:
    return (-_score(one), *(_tie(one, tie) for tie in ties))


def _tie(one: Candidate, tie: str) -> int:
    """What a tie compares, the smallest first."""
    if tie == "woman":
        return 0 if one.woman else 1
    if tie == "first_come":
        return one.order
    return -score_milli(one.points.get(tie.removeprefix("criterion:"), 0), one.members)


def _separated_by(before: Candidate, one: Candidate, ties: Sequence[str]) -> str:
    if _score(before) != _score(one):
        return ""
    return next(tie for tie in ties if _tie(before, tie) != _tie(one, tie))


@dataclass(frozen=True)
class Evidence:
    """What is known when an instalment is asked: facts since the instalment before it (days None: never released)."""

    training_days: int
    visits: int
    receipts_xof: int
    photos: int
    before_xof: int
    days_since: int | None


@dataclass(frozen=True)
class Needs:
    """The conditions of an instalment; `number` counts from 1."""

    number: int
    training_days: int
    visits: int
    receipts_percent: int
    photos: int
    after_days: int


LACKS = {
    "before": "la tranche précédente n’est pas versée",
    "days": "le délai depuis la tranche précédente n’est pas passé",
    "training": "des journées de formation manquent",
    "visits": "des visites manquent",
    "receipts": "les reçus ne couvrent pas assez de la tranche précédente",
    "photos": "des photographies manquent",
}
"""What an instalment may lack, in the order in which it is said; sql/grants_lacks.sql says the same."""


def lacks(evidence: Evidence, needs: Needs) -> tuple[str, ...]:
    """The codes of what is missing before an instalment may be released; none when it may."""
    first = needs.number == 1
    since = evidence.days_since
    missing = {
        "before": not first and since is None,
        "days": not first and since is not None and since < needs.after_days,
        "training": evidence.training_days < needs.training_days,
        "visits": evidence.visits < needs.visits,
        "receipts": not first and evidence.receipts_xof * 100 < evidence.before_xof * needs.receipts_percent,
        "photos": evidence.photos < needs.photos,
    }
    return tuple(code for code in LACKS if missing[code])


def asked_back_xof(given_xof: int, percent: int) -> int:
    """What a default asks back of what was released: whole francs, cut."""
    return given_xof * percent // 100


@dataclass(frozen=True)
class Story:
    """What visits say of a grant: months since its first instalment, incomes of a month before and at 12 months."""

    months: int
    running: bool | None
    income_before_xof: int | None
    income_after_xof: int | None
    assets_xof: int | None
    released_all: bool


@dataclass(frozen=True)
class GraduationNeeds:
    months: int
    income_rise_percent: int
    assets_xof: int


def holds_back(story: Story, needs: GraduationNeeds) -> tuple[str, ...]:
    """Why a household is not proposed to leave the cash transfer, in French; none: it is proposed."""
    if story.running is None or story.income_after_xof is None or story.assets_xof is None:
        return ("la visite des 12 mois n’est pas faite",)
    before = story.income_before_xof
    found = {
        f"il n’y a pas {needs.months} mois depuis la première tranche": story.months < needs.months,
        "toutes les tranches ne sont pas versées": not story.released_all,
        "l’activité ne tourne plus": not story.running,
        "le revenu d’avant n’est pas connu": before is None,
        f"le revenu n’a pas augmenté de {needs.income_rise_percent} %": before is not None
        and story.income_after_xof * 100 < before * (100 + needs.income_rise_percent),
        f"les biens valent moins de {needs.assets_xof} FCFA": story.assets_xof < needs.assets_xof,
    }
    return tuple(why for why, held in found.items() if held)


def lowest_xof(months: Sequence[tuple[int, int]], start_xof: int = 0) -> int:
    """The lowest that the purse of a plan falls to: `months` are (income, expense), `start_xof` what it starts with."""
    purse, lowest = start_xof, start_xof
    for income, expense in months:
        purse += income - expense
        lowest = min(lowest, purse)
    return lowest
