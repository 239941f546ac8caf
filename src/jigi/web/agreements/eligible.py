"""What an agreement may finance: as people read it, and as they type it in the form of an amendment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from jigi.foundation.errors import Refused
from jigi.foundation.periods import Period
from jigi.geography.models import Area
from jigi.programmes import eligibility
from jigi.programmes.eligibility import Said
from jigi.programmes.models import Agreement

LEVELS = {Area.Level.REGION: "région", Area.Level.CERCLE: "cercle", Area.Level.COMMUNE: "commune"}


@dataclass(frozen=True)
class Shown:
    """The three sorts of what is eligible as words; empty: all of that sort."""

    components: Sequence[str]
    areas: Sequence[str]
    periods: Sequence[str]

    @property
    def all(self) -> bool:
        """Whether nothing is excluded."""
        return not (self.components or self.areas or self.periods)


def shown(said: Said, agreement: Agreement) -> Shown:
    """An eligibility in words, components by their names where the agreement pays them."""
    names = dict(eligibility.paid_components(agreement))
    return Shown(
        [names.get(code, code) for code in said.components or ()],
        [f"{area.name} ({LEVELS[Area.Level(area.level)]})" for area in said.areas or ()],
        [str(period) for period in said.periods or ()],
    )


def offered(agreement: Agreement) -> list[tuple[str, str]]:
    """The components that may be chosen: those that the agreement pays, and those it may finance already."""
    paid = eligibility.paid_components(agreement)
    signed = eligibility.in_force(agreement, date.max).components or ()
    return paid + [(code, code) for code in signed if code not in dict(paid)]


def written(agreement: Agreement) -> QueryDict:
    """What is in force, as the form would have sent it: an amendment begins from there, since it says all anew."""
    said, form = eligibility.in_force(agreement, date.max), QueryDict(mutable=True)
    form.setlist("composantes", list(said.components or ()))
    form["lieux"] = " ".join(area.code for area in said.areas or ())
    form["periodes"] = " ".join(f"{one.start}/{one.end}" for one in said.periods or ())
    everything = {"toutes_composantes": said.components, "tous_lieux": said.areas, "toutes_periodes": said.periods}
    for name in (name for name, chosen in everything.items() if not chosen):
        form[name] = "on"
    return form


def typed(post: QueryDict, agreement: Agreement) -> Said:
    """What the form of an amendment says eligible: for each sort, « tout » is ticked, or something is chosen."""
    components, areas, periods = post.getlist("composantes"), _words(post.get("lieux", "")), _words(
        post.get("periodes", "")
    )  # fmt: skip
    for sort, chosen, everything in (
        ("les composantes", components, "toutes_composantes"), ("les lieux", areas, "tous_lieux"),
        ("les périodes", periods, "toutes_periodes"),
    ):  # fmt: skip
        if (everything in post) == bool(chosen):
            raise Refused(
                f"Dites {sort} : ou bien tout, ou bien un choix", why="Un choix vide ne financerait rien.",
                remedy="Cochez « tout », ou choisissez et décochez « tout ».",
            )  # fmt: skip
    known = {code for code, _ in offered(agreement)}
    if unknown := [code for code in components if code not in known]:
        raise Refused(f"« {unknown[0][:50]} » n’est pas une composante payée", remedy="Choisissez dans la liste.")
    return Said(
        tuple(dict.fromkeys(components)) or None,
        eligibility.areas_named(agreement, areas) if areas else None,
        tuple(dict.fromkeys(map(_period, periods))) or None,
    )


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))


def _period(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError as error:
        raise Refused(
            f"« {code[:30]} » n’est pas une période",
            remedy="Écrivez un trimestre (2015T1), un mois (2015-03) ou deux jours (2015-01-01/2018-12-31).",
        ) from error
