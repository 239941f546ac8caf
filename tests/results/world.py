"""A programme that paid, and who counts, signs and reads what it achieved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry.models import Household
from jigi.results import actions
from jigi.results.models import Snapshot, Value
from tests.factories import make_households, make_user, make_village
from tests.payments.scene import Scene, stage

YEAR = 2016


@dataclass
class World:
    """`scene` pays households of two communes of one region and of one commune of another."""

    scene: Scene

    def __post_init__(self) -> None:
        self.keeper = make_user("mariam", "monitoring_officer")
        self.signer = make_user("coordinatrice", "coordinator")
        self.here, self.beside, self.far = self.scene.communes

    @property
    def region(self) -> Area:
        assert self.here.parent and self.here.parent.parent
        return self.here.parent.parent

    def take(self, year: int = YEAR, **options: date) -> Snapshot:
        return actions.take(year, by=self.keeper, **options)

    def again(self, folder: Path) -> None:
        """The next term, after the first is closed: all are paid, who was absent with what was owed."""
        self.scene.close(self.scene.component.rounds.get())
        self.scene.answer(self.scene.released(6), folder / "suite.csv")

    def signer_too(self) -> User:
        """Another who counts."""
        return make_user("autre-suivi", "monitoring_officer")

    def regional(self, role: str = "regional_coordinator") -> User:
        return make_user(f"{role}-kita", role, self.region)


def paid(folder: Path, *, here: int = 3, beside: int = 2, far: int = 4, absent: int = 1) -> World:
    """One term of 2016 paid on 10 February to all but the first `absent`."""
    scene = stage(communes=("ML010501", "ML010502", "ML030101"))
    for commune, count in zip(scene.communes, (here, beside, far), strict=True):
        scene.enrol(make_households(count, make_village(commune), prefix=commune.code))
    Household.objects.update(registered_at="2013-06-01T00:00:00Z")
    scene.answer(scene.released(5), folder / "retour.csv", absent=absent)
    return World(scene)


def value(snapshot: Snapshot, indicator: str, dimension: str = "", **key: object) -> Value | None:
    """One figure of a snapshot; None when it is not there."""
    return snapshot.values.filter(indicator=indicator, dimension=dimension, **key).first()


def told(snapshot: Snapshot, indicator: str, dimension: str = "", **key: object) -> tuple[int, int | None]:
    """Its numerator and denominator."""
    found = value(snapshot, indicator, dimension, **key)
    assert found is not None
    return found.numerator, found.denominator
