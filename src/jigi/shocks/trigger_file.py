"""Triggers as reviewed TOML files: when help is asked for, where, for how much, and who says so.

code = "ch_phase_cercle"
version = 1
name = "Cercle en crise"
level = "cercle"                 # or "region", "commune"
calendar = "ch"                  # the three periods of the Cadre Harmonisé; or "month"
activate = "ch_phase >= 3"
deactivate = "ch_phase < 3"      # left out: in force until the period ends
season = [6, 7, 8]               # periods that have one of these months; left out: all
outlooks = ["observed", "projected"]
statuses = ["final", "provisional"]
heed_days = 0                    # days after its end during which a period still counts
outcome = "ch_phase >= 3"        # what, once observed, says that help was needed
reason = "…"
author = "…"
source = "…"
valid_from = 2026-01-01          # valid_until is optional

[help]
amount_xof = 60_000              # for each household
household_size = 8.0
share_percent = 20               # of the people counted, how many are helped
people = "flood_affected"        # the signal that counts them; left out: people in phases 3 to 5
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.shocks.catalogue import signals
from jigi.shocks.conditions import ConditionError, Node, Reading, programmes, read_condition, readings

SHIPPED = Path(__file__).with_name("triggers")
LEVELS = ("region", "cercle", "commune")
CALENDARS = {"ch": 3, "month": 12}
OUTLOOKS = ("observed", "projected")
STATUSES = ("final", "provisional")
DEFAULT_OUTCOME = "ch_phase >= 3"
CODE = r"[a-z][a-z0-9_]{1,39}"
LARGEST_AMOUNT_XOF = 10**7
PHASES_3_TO_5 = "ch_phase35"


@dataclass(frozen=True)
class Help:
    """What help would cost: `amount_xof` a household of `household_size` persons, for `share_percent` of the people.

    `people`: the signal that counts them; where nobody counted those in phases 3 to 5, the population stands for them.
    """

    amount_xof: int
    household_size: Fraction
    share_percent: int
    people: str = PHASES_3_TO_5

    def households(self, people: int) -> int:
        """The households to help among so many people, the last one whole."""
        size = self.household_size
        return -(-people * self.share_percent * size.denominator // (100 * size.numerator))

    def cost_xof(self, people: int) -> int:
        """What they receive in all."""
        return self.households(people) * self.amount_xof


@dataclass(frozen=True)
class Rule:
    """A trigger as its file says it; see the head of this module."""

    code: str
    version: int
    name: str
    level: str
    calendar: str
    activate: Node
    deactivate: Node | None
    activate_text: str
    deactivate_text: str
    season: tuple[int, ...]
    outlooks: tuple[str, ...]
    statuses: tuple[str, ...]
    heed_days: int
    outcome: Node
    outcome_text: str
    help: Help
    reason: str
    author: str
    source: str
    valid_from: date
    valid_until: date | None

    @property
    def readings(self) -> frozenset[Reading]:
        """Every figure that decides."""
        return readings(self.activate) | (readings(self.deactivate) if self.deactivate else frozenset())

    @property
    def programmes(self) -> frozenset[str]:
        """Every programme whose presence it asks."""
        return programmes(self.activate) | (programmes(self.deactivate) if self.deactivate else frozenset())


def read_rule(text: str, file: str | Path) -> Rule:
    """The trigger of a TOML text. Raises InputError with the file, the line, the key and the remedy."""
    top = parse(text, file)
    code, version = top.text("code", pattern=CODE), top.integer("version", minimum=1)
    if version > 32_000:
        raise top.error("version", f"{version} n’est pas un numéro de version")
    activate_text, deactivate_text = top.text("activate"), top.text("deactivate", default="")
    outcome_text = top.text("outcome", default=DEFAULT_OUTCOME)
    rule = Rule(
        code, version, _short(top, "name", 160), top.choice("level", LEVELS), top.choice("calendar", CALENDARS),
        _condition(top, "activate", activate_text),
        _condition(top, "deactivate", deactivate_text) if deactivate_text.strip() else None,
        activate_text, deactivate_text, _months(top), _among(top, "outlooks", OUTLOOKS),
        _among(top, "statuses", STATUSES), _most(top, "heed_days", 0, 400), _condition(top, "outcome", outcome_text),
        outcome_text, _help(top.table("help")), top.text("reason"), _short(top, "author", 160), top.text("source"),
        *_validity(top),
    )  # fmt: skip
    top.refuse_others()
    return rule


def shipped() -> list[tuple[Path, Rule]]:
    """The triggers that come with Jigi, by file name."""
    return [(path, read_rule(read_text(path), path)) for path in sorted(SHIPPED.glob("*.toml"))]


def _condition(top: Table, key: str, text: str) -> Node:
    try:
        return read_condition(text, signals())
    except ConditionError as error:
        raise top.error(
            key, f"{error.what} (caractère {error.position} de l’expression)", remedy=error.remedy
        ) from None


def _short(top: Table, key: str, most: int) -> str:
    text = top.text(key).strip()
    if len(text) > most:
        raise top.error(key, f"Le texte a {len(text)} caractères", remedy=f"Réduisez-le à {most}")
    return text


def _months(top: Table) -> tuple[int, ...]:
    given = top.items("season")
    if any(not isinstance(one, int) or isinstance(one, bool) or not 1 <= one <= 12 for one in given):
        raise top.error("season", "Une saison est une liste de mois", remedy="Écrivez par exemple [6, 7, 8]")
    return tuple(sorted({one for one in given if isinstance(one, int)}))


def _among(top: Table, key: str, options: tuple[str, ...]) -> tuple[str, ...]:
    said = top.codes(key)
    if wrong := [one for one in said if one not in options]:
        raise top.error(key, f"« {wrong[0]} » est inconnu ici", remedy=f"Valeurs possibles : {', '.join(options)}.")
    return tuple(one for one in options if one in said) or options


def _most(top: Table, key: str, default: int, most: int) -> int:
    value = top.integer(key, default=default)
    if value > most:
        raise top.error(key, f"{value} dépasse {most}")
    return value


def _help(part: Table) -> Help:
    amount, share = part.integer("amount_xof", minimum=1), part.integer("share_percent", minimum=1)
    size = part.number("household_size")
    if amount > LARGEST_AMOUNT_XOF:
        raise part.error("amount_xof", f"{amount} n’est pas un montant par ménage")
    if share > 100:
        raise part.error("share_percent", f"{share} dépasse 100")
    if not 1 <= size <= 30:
        raise part.error("household_size", f"Un ménage de {size:g} personnes n’existe pas", remedy="De 1 à 30")
    counted = part.choice(
        "people", [one.code for one in signals().values() if one.unit == "personnes"], default=PHASES_3_TO_5
    )
    part.refuse_others()
    return Help(amount, Fraction(str(size)), share, counted)


def _validity(top: Table) -> tuple[date, date | None]:
    since = top.day("valid_from")
    until = top.day("valid_until") if "valid_until" in top.data else None
    if until and until < since:
        raise top.error("valid_until", "La fin précède le début")
    return since, until
