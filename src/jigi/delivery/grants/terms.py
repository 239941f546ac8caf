"""The terms of grants as reviewed data: TOML files of `delivery/data/grants`, read strictly.

    terms = read_terms("AGR-120")
    terms.amount_xof, terms.instalments[0].amount_xof

A call copies the terms that it was opened by: a file that changes later changes no call.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jigi.foundation.errors import InputError
from jigi.foundation.toml_table import Table, parse, read_text

FOLDER = Path(__file__).resolve().parent.parent / "data" / "grants"
CODE = r"[A-Z0-9][A-Z0-9-]{0,19}"
WORD = r"[a-z][a-z0-9-]{0,29}"
FEWEST_INSTALMENTS, MOST_INSTALMENTS = 2, 3
LEAST_XOF, MOST_XOF = 120_000, 180_000
TIES = ("woman", "first_come")
"""Ties that need no criterion; « criterion:code » is the other kind."""


@dataclass(frozen=True)
class Conditions:
    """What an instalment waits for: days of training, visits and photos since the one before, receipts for so much of
    it, days since it was released."""

    training_days: int = 0
    visits: int = 0
    receipts_percent: int = 0
    photos: int = 0
    after_days: int = 0


@dataclass(frozen=True)
class InstalmentTerms:
    number: int
    title: str
    amount_xof: int
    conditions: Conditions


@dataclass(frozen=True)
class Criterion:
    code: str
    name: str
    most_points: int


@dataclass(frozen=True)
class Named:
    """A code with its French words; `back_percent` is what a default asks back of what was given."""

    code: str
    name: str
    back_percent: int = 0


@dataclass(frozen=True)
class GraduationTerms:
    """When a household may leave the cash transfer: months since the first instalment, rise of income, assets."""

    months: int
    income_rise_percent: int
    assets_xof: int


@dataclass(frozen=True)
class Terms:
    """The terms of a call. `sha256` is that of the file; `pass_percent` is of the most points of all criteria."""

    code: str
    name: str
    author: str
    source: str
    unsure: str
    valid_from: date
    valid_until: date | None
    sha256: str
    pass_percent: int
    members: int
    training_days: int
    ties: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    instalments: tuple[InstalmentTerms, ...]
    activities: tuple[Named, ...]
    default_reasons: tuple[Named, ...]
    graduation: GraduationTerms

    @property
    def amount_xof(self) -> int:
        """The whole grant."""
        return sum(one.amount_xof for one in self.instalments)

    @property
    def most_points(self) -> int:
        return sum(one.most_points for one in self.criteria)


def shipped() -> list[Terms]:
    """Every file of terms, by code."""
    return sorted((read_file(path) for path in FOLDER.glob("*.toml")), key=lambda one: one.code)


def read_terms(code: str) -> Terms:
    """The terms of this code. InputError when no file has it."""
    for one in shipped():
        if one.code == code:
            return one
    raise InputError(f"Il n’y a pas de conditions « {code} »", remedy="Choisissez l’un des fichiers relus")


def read_file(path: str | Path) -> Terms:
    """The terms of a file; InputError with the line of the first mistake."""
    text = read_text(path)
    top = parse(text, path)
    criteria = tuple(_criterion(one) for one in top.tables("criterion"))
    _several(top, "criterion", [one.code for one in criteria])
    selection = top.table("selection")
    instalments = tuple(_instalment(n, one) for n, one in enumerate(top.tables("instalment"), start=1))
    _check_instalments(top, instalments)
    activities = tuple(_named(one) for one in top.tables("activity"))
    reasons = tuple(_named(one, back=True) for one in top.tables("default_reason"))
    _several(top, "activity", [one.code for one in activities])
    _several(top, "default_reason", [one.code for one in reasons])
    made = Terms(
        code=top.text("code", pattern=CODE), name=top.text("name"), author=top.text("author"),
        source=top.text("source"), unsure=top.text("unsure", default=""), valid_from=top.day("valid_from"),
        valid_until=top.day("valid_until") if "valid_until" in top.data else None,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        pass_percent=_percent(selection, "pass_percent"), members=_within(selection, "members", 1, 15),
        training_days=_within(selection, "training_days", 0, 60, default=0), ties=_ties(selection, criteria),
        criteria=criteria, instalments=instalments, activities=activities, default_reasons=reasons,
        graduation=_graduation(top.table("graduation")),
    )  # fmt: skip
    if made.valid_until and made.valid_until < made.valid_from:
        raise top.error("valid_until", "Les conditions finissent avant de commencer")
    selection.refuse_others()
    top.refuse_others()
    return made


def _criterion(said: Table) -> Criterion:
    made = Criterion(said.text("code", pattern=WORD), said.text("name"), _within(said, "most_points", 1, 100))
    said.refuse_others()
    return made


def _instalment(number: int, said: Table) -> InstalmentTerms:
    conditions = Conditions(
        _within(said, "training_days", 0, 60, default=0), _within(said, "visits", 0, 20, default=0),
        _percent(said, "receipts_percent", default=0), _within(said, "photos", 0, 20, default=0),
        _within(said, "after_days", 0, 730, default=0),
    )  # fmt: skip
    if number == 1 and (conditions.receipts_percent or conditions.after_days):
        raise said.error("", "La première tranche n’attend ni reçus ni délai : rien n’a été versé avant elle")
    made = InstalmentTerms(number, said.text("title"), _within(said, "amount_xof", 1, MOST_XOF), conditions)
    said.refuse_others()
    return made


def _check_instalments(top: Table, made: tuple[InstalmentTerms, ...]) -> None:
    if not FEWEST_INSTALMENTS <= len(made) <= MOST_INSTALMENTS:
        raise top.error(
            "instalment", f"Une subvention se verse en {FEWEST_INSTALMENTS} ou {MOST_INSTALMENTS} tranches",
            why=f"Il y en a {len(made)}", remedy="Écrivez chacune comme un bloc [[instalment]]",
        )  # fmt: skip
    total = sum(one.amount_xof for one in made)
    if not LEAST_XOF <= total <= MOST_XOF:
        raise top.error(
            "instalment", f"La subvention fait {total} FCFA en tout", why=f"Elle va de {LEAST_XOF} à {MOST_XOF}",
            remedy="Corrigez les montants des tranches",
        )  # fmt: skip


def _named(said: Table, *, back: bool = False) -> Named:
    made = Named(said.text("code", pattern=WORD), said.text("name"), _percent(said, "back_percent") if back else 0)
    said.refuse_others()
    return made


def _graduation(said: Table) -> GraduationTerms:
    made = GraduationTerms(
        _within(said, "months", 1, 60), _within(said, "income_rise_percent", 0, 1_000),
        _within(said, "assets_xof", 0, 10_000_000),
    )  # fmt: skip
    said.refuse_others()
    return made


def _ties(said: Table, criteria: tuple[Criterion, ...]) -> tuple[str, ...]:
    ties = said.codes("ties")
    known = {*TIES, *(f"criterion:{one.code}" for one in criteria)}
    for one in ties:
        if one not in known:
            raise said.error(
                "ties", f"« {one} » n’est pas un départage", remedy=f"Possibles : {', '.join(sorted(known))}"
            )
    if len(set(ties)) != len(ties) or not ties or ties[-1] != "first_come":
        raise said.error("ties", "Les départages se suivent une fois chacun et finissent par « first_come »")
    return tuple(ties)


def _several(top: Table, key: str, codes: list[str]) -> None:
    if not codes:
        raise top.error("", f"Il manque [[{key}]]", remedy=f"Écrivez au moins un bloc [[{key}]]")
    if doubled := next((one for one in codes if codes.count(one) > 1), ""):
        raise top.error(key, f"« {doubled} » est dit deux fois", remedy="Gardez un seul des deux blocs")


def _percent(said: Table, key: str, *, default: int | None = None) -> int:
    return _within(said, key, 0, 100, default=default)


def _within(said: Table, key: str, least: int, most: int, *, default: int | None = None) -> int:
    if default is not None and key not in said.data:
        return default
    value = said.integer(key)
    if not least <= value <= most:
        raise said.error(key, f"« {key} » va de {least} à {most}", why=f"Il est écrit {value}")
    return value
