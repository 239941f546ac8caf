"""Quotas and ranking: what the programme's manual computes, on plain values.

`sql/rank.sql` is the same ranking at national size; one property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jigi.foundation.errors import Refused


@dataclass(frozen=True)
class Village:
    """What a quota is computed from. `limit`: the most places it may get (its listed households), if any."""

    id: int
    population: int
    poverty_rate: float
    limit: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A household put forward by its committee; `score` is None when it could not be scored."""

    household_id: int
    committee_rank: int
    score: float | None


@dataclass(frozen=True)
class Outcome:
    """What becomes of a candidate. `reason` is a code of `REASONS`."""

    household_id: int
    position: int | None
    selected: bool
    reason: str


# {…} are filled by `sentence`; the household reads this on its page and on the village's printed list.
REASONS = {
    "within_quota": "Retenu : {position} sur {ranked} dans {village}, pour {places}.",
    "beyond_quota": "Non retenu : {position} sur {ranked} dans {village}, qui n’a que {places}.",
    "not_listed": "Non retenu : l’assemblée de {village} ne l’a pas inscrit sur la liste communautaire.",
    "no_score": "Non classé : inscrit par l’assemblée de {village}, mais son questionnaire est incomplet.",
    "enrolled": "Non retenu : déjà inscrit à une aide de même objet.",
    "helped": "Non retenu : déjà aidé par un autre régime.",
    "too_old": "Non retenu : ses données au registre sont trop anciennes.",
    "other_means": "Non retenu : il vit d’autre chose que ce que vise la campagne.",
}


def share_places(
    total: int, villages: Sequence[Village], *, poverty_exponent: float, population_exponent: float
) -> dict[int, int]:
    """Places by village id, in proportion to population^a x poverty^b, summing exactly to `total`.

    Largest remainder, ties to the smallest id. A village never gets more than its limit: what it can't take
    goes to the others in the same proportion. A village of weight 0 gets nothing. Raises Refused when the
    villages can't hold the total.
    """
    weights = {
        village.id: Fraction(village.population**population_exponent * village.poverty_rate**poverty_exponent)
        for village in villages
    }
    limits = {village.id: village.limit for village in villages if village.limit is not None}
    places = {village.id: 0 for village in villages}
    left, open_ = total, sorted(id_ for id_, weight in weights.items() if weight > 0)
    while left:
        whole = sum(weights[id_] for id_ in open_)
        full = [id_ for id_ in open_ if id_ in limits and weights[id_] * left >= limits[id_] * whole]
        if not full:
            break
        places |= {id_: limits[id_] for id_ in full}
        left = total - sum(places.values())
        open_ = [id_ for id_ in open_ if id_ not in full]
    if left and not open_:
        raise Refused(
            f"{total} places ne tiennent pas dans ces villages, qui en acceptent {total - left}",
            why="Un village n’a pas plus de places que de ménages listés",
            remedy="Réduisez le quota total ou complétez les listes.",
        )
    return places | _largest_remainder(left, {id_: weights[id_] for id_ in open_})


def rank(candidates: Sequence[Candidate], places: int, *, by_committee: bool = False) -> list[Outcome]:
    """The candidates of one village from the poorest, selected while there are places.

    Order: score, then the committee's rank, then the household's number. A candidate without a score has no
    position and can't be selected. `by_committee`: a campaign without a formula, scores are left aside.
    """
    scored = [candidate for candidate in candidates if by_committee or candidate.score is not None]
    scored.sort(key=lambda one: (0 if by_committee else one.score, one.committee_rank, one.household_id))
    ranked = [
        Outcome(
            candidate.household_id,
            position,
            position <= places,
            "within_quota" if position <= places else "beyond_quota",
        )
        for position, candidate in enumerate(scored, start=1)
    ]
    placed = {outcome.household_id for outcome in ranked}
    others = sorted(candidate.household_id for candidate in candidates if candidate.household_id not in placed)
    return [*ranked, *(Outcome(household_id, None, False, "no_score") for household_id in others)]


def sentence(reason: str, *, village: str, position: int | None, ranked: int, places: int) -> str:
    """The reason in French: « Retenu : 3e sur 41 dans Kaboila, pour 12 places. »"""
    return REASONS[reason].format(
        village=village, position=_ordinal(position or 0), ranked=ranked, places=_places(places)
    )


def _largest_remainder(total: int, weights: Mapping[int, Fraction]) -> dict[int, int]:
    whole = sum(weights.values())
    exact = {id_: weight * total / whole for id_, weight in weights.items()} if total else {}
    places = {id_: int(share) for id_, share in exact.items()}
    by_remainder = sorted(exact, key=lambda id_: (int(exact[id_]) - exact[id_], id_))
    for id_ in by_remainder[: total - sum(places.values())]:
        places[id_] += 1
    return places


def _ordinal(position: int) -> str:
    return "1er" if position == 1 else f"{position}e"


def _places(places: int) -> str:
    return f"{places} place{'s' if places > 1 else ''}"
