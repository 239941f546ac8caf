"""Whom a request is about: criteria on facts of the register, checked as they are typed, told in French."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from jigi.foundation.errors import Refused

HOUSEHOLDS, PERSONS = "household", "person"
UNITS = {HOUSEHOLDS: "des ménages", PERSONS: "des personnes"}
SEXES = {"": "femmes et hommes", "F": "femmes", "M": "hommes"}
SITUATIONS = {
    "resident": "résidents", "displaced": "déplacés", "returned": "retournés", "pastoral": "pasteurs transhumants",
}  # fmt: skip
FEW = 10
"""Below this many, a count could point at somebody: it is told as « moins de 10 »."""


@dataclass(frozen=True)
class Bound:
    """A number that may be typed: its label, its sentence, the greatest it may be, and the fact that it tells."""

    label: str
    says: str
    most: int
    fact: str


_LIVING = "living_conditions"
BOUNDS = {
    "age_from": Bound("âge d’au moins, en mois", "âge : au moins {} mois", 1500, "composition"),
    "age_to": Bound("âge d’au plus, en mois", "âge : au plus {} mois", 1500, "composition"),
    "fcs_to": Bound("score de consommation alimentaire d’au plus", "score de consommation alimentaire : au plus {}",
                    112, _LIVING),
    "rcsi_from": Bound("indice des stratégies de survie d’au moins", "indice des stratégies de survie : au moins {}",
                       100, _LIVING),
    "hdds_to": Bound("score de diversité alimentaire d’au plus", "score de diversité alimentaire : au plus {}",
                     12, _LIVING),
    "meals_to": Bound("repas par jour, au plus", "repas par jour : au plus {}", 10, _LIVING),
    "score_from": Bound("consommation estimée d’au moins, FCFA par an", "consommation d’au moins {} FCFA par an",
                        10**8, _LIVING),
    "score_to": Bound("consommation estimée d’au plus, FCFA par an", "consommation d’au plus {} FCFA par an",
                        10**8, _LIVING),
    "seen_within": Bound("vus depuis, en mois", "vus depuis {} mois au plus", 240, ""),
}  # fmt: skip
"""The numbers of a request. « à jour » tells nothing of a person; the others tell a fact of everyone in the answer."""

TELLS = {"sex": "composition", "situations": "place", "expecting": "health", "breastfeeding": "health"}
"""The fact that each other criterion tells of everyone in the answer; programmes are of the agreement or not."""


@dataclass(frozen=True)
class Criteria:
    """Whom to choose; None, "", False and () choose by nothing. Ages are in whole months, both included.

    A household is chosen when one of its members meets what is said of persons. Who is expecting or breastfeeding
    meets either when both are said.
    """

    unit: str = HOUSEHOLDS
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    expecting: bool = False
    breastfeeding: bool = False
    situations: tuple[str, ...] = ()
    fcs_to: int | None = None
    rcsi_from: int | None = None
    hdds_to: int | None = None
    meals_to: int | None = None
    score_from: int | None = None
    score_to: int | None = None
    seen_within: int | None = None
    programmes: tuple[str, ...] = ()

    @classmethod
    def typed(cls, one: Callable[[str], str], several: Callable[[str], Sequence[str]]) -> Criteria:
        """What a form says: `one` and `several` give the texts of a field. Refused on what is no criterion."""
        unit, sex, situations = one("unit") or HOUSEHOLDS, one("sex"), tuple(several("situations"))
        for chosen, known in (((unit,), UNITS), ((sex,), SEXES), (situations, SITUATIONS)):
            if set(chosen) - set(known):
                raise Refused("Un choix n’est pas de la liste", remedy="Rechargez la page et choisissez-le de nouveau.")
        bounds = {name: _number(one(name), bound) for name, bound in BOUNDS.items()}
        _in_order(bounds, "age_from", "age_to")
        _in_order(bounds, "score_from", "score_to")
        return cls(
            unit=unit, sex=sex, situations=situations, programmes=tuple(several("programmes")),
            expecting=bool(one("expecting")), breastfeeding=bool(one("breastfeeding")), **bounds,
        )  # fmt: skip

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> Criteria:
        known = {one.name for one in fields(cls)}
        kept: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in said.items() if n in known}
        return cls(**kept)

    def to_json(self) -> dict[str, Any]:
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @property
    def facts_told(self) -> set[str]:
        """The facts that being in the answer tells of somebody: an agreement must share each."""
        told = {bound.fact for name, bound in BOUNDS.items() if getattr(self, name) is not None}
        return told - {""} | {fact for name, fact in TELLS.items() if getattr(self, name)}

    def sentences(self) -> list[str]:
        """What is chosen by, one sentence a criterion."""
        told = [bound.says.format(getattr(self, name)) for name, bound in BOUNDS.items() if _is_said(self, name)]
        if self.sex:
            told.append(SEXES[self.sex])
        either = [word for word, said in (("enceintes", self.expecting), ("allaitantes", self.breastfeeding)) if said]
        if either:
            told.append(f"femmes {' ou '.join(either)}")
        if self.situations:
            told.append("ménages " + ", ".join(SITUATIONS[one] for one in self.situations))
        if self.programmes:
            told.append("inscrits à " + " ou ".join(self.programmes))
        return told


def _is_said(criteria: Criteria, name: str) -> bool:
    return getattr(criteria, name) is not None


def shown_count(count: int, *, whole: bool) -> int | None:
    """A count as it may be told: None for « moins de 10 », zero too, when the reader may not see who they are."""
    return count if whole or count >= FEW else None


def _number(text: str, bound: Bound) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= bound.most):
        raise Refused(
            f"« {text[:20]} » ne convient pas pour « {bound.label} »",
            remedy=f"Écrivez un nombre entier de 0 à {bound.most}, ou rien.",
        )
    return int(text)


def _in_order(bounds: Mapping[str, int | None], low: str, high: str) -> None:
    least, most = bounds[low], bounds[high]
    if least is not None and most is not None and least > most:
        raise Refused(f"« {BOUNDS[low].label} » dépasse « {BOUNDS[high].label} »", remedy="Échangez les deux nombres.")
