"""Where the fictitious households live: villages drawn around the centre of each commune.

Everything that must agree between blocks of households (numbers, sizes, lineages, what a village shares) is
drawn here once; a block then depends on its own villages only, so it can be made by any thread in any
order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jigi.foundation.errors import InputError

HOUSEHOLDS_PER_VILLAGE = 120
BLOCK_HOUSEHOLDS = 4_000
DELTA, NORTH, CAPITAL = 5, (6, 7, 8, 10), 9  # Mopti; Tombouctou, Gao, Kidal, Ménaka; Bamako

# Shares of villages whose people are named « Ag / Walet » or « Ould / Mint », by region of 2019.
_TAMASHEQ = {5: 0.03, 6: 0.34, 7: 0.38, 8: 0.85, 10: 0.80}
_MAURE = {1: 0.02, 2: 0.01, 6: 0.12, 7: 0.06, 8: 0.05}
# Log difference of consumption from the national mean: poorer south-east and centre, richer capital.
_REGION_CONSUMPTION = {1: 0.06, 3: -0.10, 4: -0.06, 5: -0.10, 6: -0.02, 7: 0.02, 8: 0.05, 9: 0.30, 10: -0.02}


@dataclass(frozen=True)
class CommuneSpot:
    """A commune that receives households: its code (2019 list, e.g. « ML010301 ») and centre in degrees."""

    code: str
    longitude: float
    latitude: float
    urban: bool

    @property
    def region(self) -> int:
        """1 to 9 (Bamako) and 10 (Ménaka) of the 2019 codes."""
        if self.code.startswith("ML0704"):  # Ménaka is a cercle of Gao in the 2019 list
            return 10
        if self.code[:2] != "ML" or not self.code[2:4].isdigit():
            raise InputError(f"Code de commune « {self.code} » inconnu", remedy="Attendu : ML suivi de 6 chiffres.")
        return int(self.code[2:4])


@dataclass(frozen=True)
class Villages:
    """Columns of equal length, one row per village (or per survey cluster), in the order of the communes."""

    number: NDArray[np.int64]
    commune: NDArray[np.int64]  # position in the list of communes
    region: NDArray[np.int64]
    urban: NDArray[np.bool_]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    households: NDArray[np.int64]
    first_household: NDArray[np.int64]  # households before this village
    effect: NDArray[np.float64]  # log consumption shared by the village: region, commune, village
    wealth: NDArray[np.float64]  # what the village shares of the visible wealth
    style: NDArray[np.int64]  # commonest naming: 0 plain, 1 Ag/Walet, 2 Ould/Mint
    committee: NDArray[np.float64]  # share of its households that the committee lists

    def __len__(self) -> int:
        return len(self.number)

    def between(self, start: int, stop: int) -> Villages:
        return Villages(**{name: column[start:stop] for name, column in vars(self).items()})


def blocks(villages: Villages) -> Iterator[Villages]:
    """Consecutive villages of about `BLOCK_HOUSEHOLDS` households together."""
    block = villages.first_household // BLOCK_HOUSEHOLDS
    edges = np.flatnonzero(np.diff(block)) + 1
    for start, stop in zip([0, *edges.tolist()], [*edges.tolist(), len(villages)], strict=True):
        yield villages.between(start, stop)


def plan(households: int, communes: Sequence[CommuneSpot], seed: int) -> Villages:
    """Villages of 60 to 200 households, `households` in all, shared unevenly among the communes.

    With few households a village is smaller, and a commune may have none.
    """
    rng = np.random.default_rng([seed, 1])
    share = rng.lognormal(0.0, 0.4, len(communes))
    per_commune = _apportion(households, share)
    counts = np.where(per_commune > 0, np.maximum(1, np.rint(per_commune / HOUSEHOLDS_PER_VILLAGE)), 0).astype(int)
    commune = np.repeat(np.arange(len(communes)), counts)
    sizes = [_apportion(n, rng.uniform(0.6, 1.5, k)) for n, k in zip(per_commune, counts, strict=True) if k]
    return _settle(commune, np.concatenate(sizes), communes, seed, rng)


def clusters(count: int, size: int, communes: Sequence[CommuneSpot], seed: int) -> Villages:
    """Survey clusters of `size` households, each its own village; urban communes drawn twice as often."""
    rng = np.random.default_rng([seed, 2])
    weight = np.where([spot.urban for spot in communes], 2.0, 1.0)
    commune = np.sort(rng.choice(len(communes), count, p=weight / weight.sum()))
    return _settle(commune, np.full(count, size), communes, seed, rng)


def _settle(
    commune: NDArray[np.int64],
    households: NDArray[np.int64],
    communes: Sequence[CommuneSpot],
    seed: int,
    rng: np.random.Generator,
) -> Villages:
    region = np.array([spot.region for spot in communes])[commune]
    urban = np.array([spot.urban for spot in communes])[commune]
    spread = np.where(urban, 0.015, 0.06)  # degrees: about 1.6 and 6.5 km
    count = len(commune)
    return Villages(
        number=np.arange(1, count + 1),
        commune=commune,
        region=region,
        urban=urban,
        longitude=np.array([spot.longitude for spot in communes])[commune] + spread * rng.normal(size=count),
        latitude=np.array([spot.latitude for spot in communes])[commune] + spread * rng.normal(size=count),
        households=households,
        first_household=np.cumsum(households) - households,
        effect=_shared_consumption(commune, region, communes, seed, rng),
        wealth=rng.normal(0.0, 0.35, count),
        style=_naming_style(region, rng),
        committee=rng.uniform(0.50, 0.60, count),
    )


def _shared_consumption(
    commune: NDArray[np.int64],
    region: NDArray[np.int64],
    communes: Sequence[CommuneSpot],
    seed: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Commune effects come from the seed alone: the survey and the register see the same communes."""
    of_commune = np.random.default_rng([seed, 3]).normal(0.0, 0.12, len(communes))
    of_region = np.array([_REGION_CONSUMPTION.get(code, 0.0) for code in region])
    return of_region + of_commune[commune] + rng.normal(0.0, 0.14, len(commune))


def _naming_style(region: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    tamasheq = np.array([_TAMASHEQ.get(code, 0.0) for code in region])
    maure = np.array([_MAURE.get(code, 0.0) for code in region])
    draw = rng.random(len(region))
    return np.where(draw < tamasheq, 1, np.where(draw < tamasheq + maure, 2, 0))


def _apportion(total: int, share: NDArray[np.float64]) -> NDArray[np.int64]:
    """Integers that sum to `total` in proportion to `share` (largest remainders, ties by position)."""
    exact = total * share / share.sum()
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    largest = np.argsort(whole - exact, kind="stable")[: total - whole.sum()]
    whole[largest] += 1
    return whole
