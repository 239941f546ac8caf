"""Returns in the file agreed with one agency, read by its mapping: an unknown word is for a person to judge."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from jigi.foundation.cells import as_date, as_integer, clean
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import open_table
from jigi.payments.adapters.files_mapping import Place, ReturnsFile
from jigi.payments.incoming import Answer, Notice

MOST_LINE = 10_000
MOST_BYTES = 1 << 30
T = TypeVar("T")


@dataclass
class Answers:
    """The answers of a file. `name` is that under which it came; `path` where it stands in clear."""

    path: Path
    name: str
    agreed: ReturnsFile
    amount_needed: bool = True
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        name = self.name.removesuffix(".age")
        if not fnmatch.fnmatchcase(name.casefold(), self.agreed.name.casefold()):
            raise InputError(
                "Ce nom n’est pas celui des retours de l’agence", file=self.name,
                why=f"Il est convenu de « {self.agreed.name} »", remedy="Vérifiez l’agence et le fichier choisis.",
            )  # fmt: skip
        if self.agreed.form != "fixed":
            with open_table(self.path) as table:
                table.require(*(place.title for place in self.agreed.columns.values()))
        elif not 0 < self.path.stat().st_size <= MOST_BYTES:
            raise InputError("Le fichier est vide, ou trop grand", file=self.name)

    def __iter__(self) -> Iterator[Answer]:
        counted = total = 0
        declared: dict[str, str] = {}
        for line, told, totals in self._lines():
            if self.agreed.mark and totals.get("mark") == self.agreed.mark:
                declared = totals
                continue
            answer = self._answer(line, told)
            counted += 1
            total += (answer.amount_xof or 0) if self.agreed.sum_of == "all" or answer.said == "paid" else 0
            yield answer
        self._hold(declared, counted, total)

    def _answer(self, line: int, told: dict[str, str]) -> Answer:
        day = told.get("date", "")
        return Answer(
            line, told["reference"], self.agreed.words.get(told["status"].casefold()), status_read=told["status"],
            amount_read=told["amount"], date_read=day, reason_read=told.get("reason", ""),
            agency_reference=told.get("agency_reference", ""), amount_xof=_or_none(self._amount, told["amount"]),
            paid_on=_or_none(self._date, day) if day or "date" in self.agreed.columns else date.today(),
        )  # fmt: skip

    def _amount(self, text: str) -> int:
        """The francs of an amount, by the marks agreed; in the usual ways when none is."""
        agreed = self.agreed
        if not agreed.decimal and not agreed.thousands:
            return as_integer(text)
        bare = "".join(text.split()) if agreed.thousands in ("", " ") else text.strip()
        whole, _, decimals = bare.partition(agreed.decimal) if agreed.decimal else (bare, "", "")
        digits = whole.replace(agreed.thousands, "") if agreed.thousands else whole
        if not (digits.isascii() and digits.lstrip("-").isdigit()) or decimals.strip("0") or len(digits) > 18:
            raise ValueError("n’est pas un montant")
        return int(digits)

    def _date(self, text: str) -> date:
        if self.agreed.dates:
            try:
                return datetime.strptime(text, self.agreed.dates).date()
            except ValueError:
                if self.agreed.form != "xlsx":
                    raise
        return as_date(text)[0]

    def _hold(self, declared: dict[str, str], counted: int, total: int) -> None:
        """Tell totals that are not those of the lines, or that are not there: the file may be cut."""
        if not self.agreed.mark:
            return
        if not declared:
            self.notices.append(Notice("total", "La ligne de total manque : le fichier est peut-être coupé"))
        for name, ours, noun in (("count", counted, "lignes"), ("sum", total, "FCFA")):
            if name in declared and _or_none(self._amount, declared[name]) != ours:
                said = declared[name] or "rien"
                self.notices.append(Notice("total", f"Le fichier annonce {said} {noun}, ses lignes en font {ours}"))

    def _lines(self) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
        return self._fixed() if self.agreed.form == "fixed" else self._tabled()

    def _tabled(self) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
        agreed = self.agreed
        with open_table(self.path) as table:
            at = {title: n for n, title in enumerate(table.header)}
            for line, cells in table:

                def read(places: dict[str, Place], cells: list[str] = cells) -> dict[str, str]:
                    return {name: cells[at[place.title]] for name, place in places.items() if place.title in at}

                yield line, read(agreed.columns), read(agreed.totals)

    def _fixed(self) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
        with self.path.open("rb") as file:
            for number, raw in enumerate(iter(lambda: file.readline(MOST_LINE + 1), b""), start=1):
                text = self._decoded(number, raw)
                if number <= self.agreed.skip or not text.strip():
                    continue
                yield number, _cut(text, self.agreed.columns), _cut(text, self.agreed.totals)

    def _decoded(self, number: int, raw: bytes) -> str:
        try:
            if len(raw) > MOST_LINE:
                raise ValueError("est démesurée")
            return raw.decode(self.agreed.encoding.removesuffix("-sig")).removeprefix("\ufeff").rstrip("\r\n")
        except (UnicodeDecodeError, ValueError) as error:
            coded = isinstance(error, UnicodeDecodeError)
            raise InputError(
                f"La ligne {f'n’est pas en {self.agreed.encoding}' if coded else error}", file=self.name, line=number,
                remedy="Demandez à l’agence un fichier conforme ; rien n’a été pris.",
            ) from None  # fmt: skip


def _cut(text: str, places: dict[str, Place]) -> dict[str, str]:
    return {
        name: _or_none(clean, text[place.start - 1 : place.start - 1 + place.width]) or ""
        for name, place in places.items()
    }


def _or_none(parse: Callable[[str], T], text: str) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None
