"""Sizes of samples and estimates, as survey manuals give them.

Sources: W. G. Cochran, Sampling Techniques (3rd edition, 1977), chapters 4 (size, finite population) and 9A (clusters
of unequal sizes, ratio to size); E. B. Wilson (1927) for the interval of a simple sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

CONFIDENCES = (80, 90, 95, 99)


@dataclass(frozen=True)
class Precision:
    """What a sample must tell: a share of about `expected` %, within `margin` points, at `confidence` %.

    `effect` is how many times more people clusters ask for than a simple draw would (1 for a simple draw).
    """

    confidence: int = 95
    margin: float = 5.0
    expected: float = 50.0
    effect: float = 1.0


@dataclass(frozen=True)
class Village:
    """What was answered in one village of a sample: `size` in the population, `asked` that answered, `saying` so."""

    size: int
    asked: int
    saying: int


@dataclass(frozen=True)
class Estimate:
    """A share between 0 and 1 and its interval; None where nobody answered."""

    share: float
    low: float
    high: float


def z(confidence: int) -> float:
    """The two-sided standard normal quantile: 1.96 at 95 %."""
    return NormalDist().inv_cdf(0.5 + confidence / 200)


def sample_size(population: int, wanted: Precision) -> int:
    """How many to ask of a population that is counted after what is excluded has left it."""
    share, margin = wanted.expected / 100, wanted.margin / 100
    infinite = wanted.effect * z(wanted.confidence) ** 2 * share * (1 - share) / margin**2
    if population <= 0:
        return 0
    return min(population, max(1, ceil(infinite / (1 + (infinite - 1) / population) - 1e-9)))


def simple_estimate(asked: int, saying: int, population: int, confidence: int) -> Estimate | None:
    """Wilson's interval, narrowed where much of the population was asked; exact when all of it was."""
    if not asked:
        return None
    share = saying / asked
    if asked >= population:
        return Estimate(share, share, share)
    left = (population - asked) / max(1, population - 1)
    reach = z(confidence) ** 2 * left / asked
    middle = (share + reach / 2) / (1 + reach)
    half = sqrt(reach * share * (1 - share) + reach**2 / 4) / (1 + reach)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def cluster_estimate(villages: Sequence[Village], drawn_of: int, confidence: int) -> Estimate | None:
    """The share of a population of `drawn_of` villages, each asked village speaking for all its own (ratio to size)."""
    heard = [one for one in villages if one.asked]
    total = sum(one.size for one in heard)
    if not total:
        return None
    share = sum(one.size * one.saying / one.asked for one in heard) / total
    if len(heard) < 2:
        return Estimate(share, 0.0, 1.0)
    apart = sum((one.size * (one.saying / one.asked - share)) ** 2 for one in heard)
    between = (1 - len(heard) / max(drawn_of, len(heard))) * len(heard) / (len(heard) - 1) * apart / total**2
    within = sum(
        one.size**2 * (1 - one.asked / one.size) * _spread(one) / max(1, one.asked - 1) for one in heard
    ) / total**2 * len(heard) / max(drawn_of, len(heard))  # fmt: skip
    half = z(confidence) * sqrt(between + within)
    return Estimate(share, max(0.0, share - half), min(1.0, share + half))


def _spread(village: Village) -> float:
    said = village.saying / village.asked
    return said * (1 - said)
