"""Programme files: reviewed TOML read into a ProgrammeDefinition, every mistake with its line and remedy.

The shipped files in `definitions/` show the whole form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from jigi.foundation.periods import Period
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.programmes.budget_file import read_budget
from jigi.programmes.definition import (
    AgencyDefinition,
    AgreementDefinition,
    AreaBlock,
    Assignment,
    ComponentDefinition,
    Foreign,
    ProgrammeDefinition,
    Selection,
    Turn,
)
from jigi.programmes.eligible_file import read_eligible
from jigi.programmes.file_places import CODE, codes_of, place_of
from jigi.programmes.models import WHOLE_BP, XOF, Agency, Component

SHIPPED = Path(__file__).resolve().parent / "definitions"
LARGEST_XOF = 10**15
DECIMALS = {
    2: re.compile(r"[0-9]{1,12}(_[0-9]{3})*(\.[0-9]{1,2})?"),
    6: re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?"),
}
"""A number by its most decimals, thousands parted by _ where it is an amount."""
MOST_TERMS = 400
MOST_MONTHS = 60
MOST_HOUSEHOLDS = 100_000_000
MOST_SHARES = 50
Found = TypeVar("Found")


def read_definition(path: str | Path) -> ProgrammeDefinition:
    """The programme of a file. Raises InputError with the line and the remedy of the first mistake."""
    return parse_definition(read_text(path), path)


def parse_definition(text: str, file: str | Path) -> ProgrammeDefinition:
    """The programme of a text, `file` being the name said in errors."""
    top = parse(text, file)
    programme = top.text("code", pattern=CODE)
    definition = ProgrammeDefinition(
        code=programme,
        name=_short(top, "name", 160),
        description=top.text("description", default=""),
        unit=_short(top, "unit", 160),
        author=_short(top, "author", 160),
        source=top.text("source"),
        valid_from=top.day("valid_from"),
        division=top.text("division"),
        components=_blocks(top, "component", _component),
        agreements=_blocks(top, "agreement", lambda block: _agreement(block, programme)),
        agencies=_blocks(top, "agency", _agency),
        file_name=Path(file).name,
        file_hash=hashlib.sha256(text.encode()).hexdigest(),
        place=place_of(top),
    )
    top.refuse_others()
    return definition


def _component(part: Table) -> ComponentDefinition:
    terms = _counted(part, "terms", MOST_TERMS)
    rules = part.table("rules") if "rules" in part.data else None
    kind = part.choice("kind", Component.Kind.values)
    component = ComponentDefinition(
        code=part.text("code", pattern=CODE),
        name=_short(part, "name", 160),
        kind=kind,
        purpose=_short(part, "purpose", 40),
        amount_xof=_amount(part) if kind in Component.PAID else _no_amount(part, kind),
        terms=terms,
        first_period=_period(part),
        months=_counted(part, "months", MOST_MONTHS),
        recipient_rule=_rule(rules, "recipient", Component.RecipientRule.values),
        pay_point_rule=_rule(rules, "pay_point", Component.PayPointRule.values),
        areas=_blocks(part, "area", lambda block: _area(block, terms), "component."),
        fundings=_blocks(part, "funding", _funding, "component."),
        agencies=_blocks(part, "agency", _agency_block, "component."),
        place=place_of(part),
    )
    if rules:
        rules.refuse_others()
    return component


def _area(part: Table, terms: int) -> AreaBlock:
    return AreaBlock(
        _selection(part, others=False),
        _counted(part, "terms", MOST_TERMS, default=terms),
        _counted(part, "households", MOST_HOUSEHOLDS) if "households" in part.data else None,
        place_of(part),
    )


def _funding(part: Table) -> Assignment:
    return Assignment(part.text("agreement"), "agreement", _selection(part), place_of(part), _turn(part))


def _turn(part: Table) -> Turn:
    turn = Turn(
        order=_counted(part, "order", MOST_SHARES) if "order" in part.data else None,
        percent=_counted(part, "percent", 99) if "percent" in part.data else None,
        starts_on=part.day("from") if "from" in part.data else None,
        ends_on=part.day("until") if "until" in part.data else None,
    )
    if turn.order and turn.percent:
        raise part.error("percent", "Une convention partage par « order » ou par « percent », non les deux")
    if turn.percent and (turn.starts_on or turn.ends_on):
        key = "from" if turn.starts_on else "until"
        raise part.error(key, "Une part en pour cent n’a pas de dates", remedy="Donnez un « order » et des dates")
    if (turn.starts_on or turn.ends_on) and not turn.order:
        key = "from" if turn.starts_on else "until"
        raise part.error(
            key, "Des dates sans « order » ne disent pas qui paie avant et après", remedy="Ajoutez « order »"
        )
    if turn.starts_on and turn.ends_on and turn.ends_on < turn.starts_on:
        raise part.error("until", "La convention cesse de payer avant de commencer")
    return turn


def _agency_block(part: Table) -> Assignment:
    return Assignment(part.text("agency"), "agency", _selection(part), place_of(part))


def _agreement(part: Table, programme: str) -> AgreementDefinition:
    amount_xof = _amount(part)
    extended = "closing_extended_to" in part.data
    return AgreementDefinition(
        code=part.text("code", pattern=CODE),
        donor=_short(part, "donor", 120),
        name=_short(part, "name", 200),
        amount_xof=amount_xof,
        effective_on=part.day("effective_on"),
        closes_on=part.day("closes_on"),
        closing_extended_to=part.day("closing_extended_to") if extended else None,
        signed_on=part.day("signed_on") if "signed_on" in part.data else None,
        foreign=_foreign(part),
        management_bp=_hundredths(part, "management_percent", WHOLE_BP) if "management_percent" in part.data else 0,
        eligible=read_eligible(part, programme),
        budget=read_budget(part, programme, amount_xof),
        place=place_of(part),
    )


def _foreign(part: Table) -> Foreign | None:
    """The amount in the currency of the agreement; all four keys, or none for an agreement in XOF."""
    currency = part.text("currency", default=XOF, pattern=r"[A-Z]{3}")
    if currency != XOF:
        return Foreign(currency, _decimal(part, "amount", 2), _decimal(part, "rate", 6), part.day("rate_on"))
    for key in ("amount", "rate", "rate_on"):
        if key in part.data:
            raise part.error(key, "Une convention en francs CFA n’a pas de cours", remedy="Ajoutez « currency »")
    return None


def _decimal(part: Table, key: str, places: int) -> Decimal:
    """A positive number written between quotes, so that no binary fraction changes it."""
    text = part.text(key)
    if not DECIMALS[places].fullmatch(text) or not 0 < Decimal(text) < 10**12:
        raise part.error(
            key, f"« {text} » n’est pas un nombre positif d’au plus {places} décimales",
            remedy='Écrivez-le entre guillemets, avec un point : "655.957"',
        )  # fmt: skip
    return Decimal(text)


def _hundredths(part: Table, key: str, below: int) -> int:
    value = _decimal(part, key, 2) * 100
    if value >= below:
        raise part.error(key, f"{part.text(key)} % est tout le montant, ou plus : rien n’irait aux ménages")
    return int(value)


def _agency(part: Table) -> AgencyDefinition:
    return AgencyDefinition(
        part.text("code", pattern=CODE),
        _short(part, "name", 120),
        part.choice("kind", Agency.Kind.values),
        _short(part, "no_fee_because", 200) if "no_fee_because" in part.data else "",
        place_of(part),
    )


def _selection(part: Table, *, others: bool = True) -> Selection:
    return Selection(
        communes=codes_of(part, "communes"),
        within=codes_of(part, "within"),
        others=others and part.flag("others", default=False),
        place=place_of(part),
    )


def _amount(part: Table) -> int:
    amount = part.integer("amount_xof", minimum=-LARGEST_XOF)
    if not 0 < amount <= LARGEST_XOF:
        raise part.error(
            "amount_xof",
            f"{amount} n’est pas un montant possible",
            why=f"Un montant est un nombre entier de francs CFA, de 1 à {LARGEST_XOF}",
        )
    return amount


def _no_amount(part: Table, kind: str) -> int:
    if "amount_xof" in part.data:
        named = Component.Kind(kind).label
        raise part.error("amount_xof", f"« {named} » ne donne pas d’argent", remedy="Retirez « amount_xof »")
    return 0


def _counted(part: Table, key: str, most: int, *, default: int | None = None) -> int:
    if default is not None and key not in part.data:
        return default
    number = part.integer(key, minimum=1)
    if number > most:
        raise part.error(key, f"{number} est plus grand que {most}")
    return number


def _period(part: Table) -> Period:
    code = part.text("first_period")
    try:
        period = Period.parse(code)
    except ValueError as error:
        raise part.error(
            "first_period",
            f"« {code} » n’est pas une période",
            remedy="Écrivez un trimestre (2015T1), un mois (2015-03) ou deux jours (2015-03-04/2015-04-02)",
        ) from error
    if not 1990 <= period.start.year <= period.end.year <= 2200:
        raise part.error("first_period", f"« {code} » n’est pas entre 1990 et 2200")
    return period


def _rule(rules: Table | None, key: str, options: Sequence[str]) -> str:
    return rules.choice(key, options, default=options[0]) if rules else options[0]


def _short(part: Table, key: str, longest: int) -> str:
    text = part.text(key).strip()
    if len(text) > longest:
        raise part.error(key, f"Le texte a {len(text)} caractères", remedy=f"Réduisez-le à {longest}")
    return text


def _blocks(part: Table, key: str, read: Callable[[Table], Found], under: str = "") -> tuple[Found, ...]:
    """The blocks `[[under.key]]` of a table, at least one, each read and checked for unknown keys."""
    parts = part.tables(key)
    if not parts:
        header = f"[[{under}{key}]]"
        raise part.error("", f"Il manque un bloc {header}", remedy=f"Ajoutez au moins un bloc {header}")
    found = []
    for block in parts:
        found.append(read(block))
        block.refuse_others()
    return tuple(found)
