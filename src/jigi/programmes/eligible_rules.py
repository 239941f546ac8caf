"""What an agreement may finance: a pure rule; sql/eligibility.sql says the same, and a test holds the two together."""

from __future__ import annotations

from dataclasses import dataclass

from jigi.foundation.periods import Period


@dataclass(frozen=True)
class Eligible:
    """The components (« TM1.TM »), areas (paths) and periods that an agreement may finance; None: all of that sort."""

    components: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    periods: frozenset[Period] | None = None


ALL = Eligible()


def why_not(said: Eligible, component: str, commune_path: str, period: Period) -> str:
    """Why a term of a component in a commune is not financed: "component", "commune" or "period"; "" when it is.

    A commune is financed when it is in one of the areas, a term when its whole period is within one of the periods.
    """
    if said.components is not None and component not in said.components:
        return "component"
    if said.areas is not None and not any(commune_path.startswith(path) for path in said.areas):
        return "commune"
    if said.periods is not None and not any(
        one.start <= period.start and period.end <= one.end for one in said.periods
    ):
        return "period"
    return ""


def sentence(reason: str, *, agreement: str, component: str, commune: str, period: Period) -> str:
    """The French sentence of a reason of why_not()."""
    what = {
        "component": f"la composante {component}",
        "commune": f"la commune {commune}",
        "period": f"l’échéance « {period} »",
    }[reason]
    return f"La convention {agreement} ne finance pas {what}"


WHY = "Ce qu’une convention finance est écrit dans ce qui a été signé, ou dans son dernier avenant d’éligibilité."
REMEDY = (
    "Faites payer par une autre convention dans le fichier du programme, ou demandez un avenant d’éligibilité sur la"
    " page de la convention."
)
