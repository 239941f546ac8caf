"""From the text of cells to the text that COPY loads, one column at a time.

A column remembers what it has converted: most cells of a survey repeat, so that converting 27 million cells
costs little more than looking them up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from jigi.foundation.bulk import to_copy
from jigi.foundation.cells import as_boolean, as_date, as_decimal, as_moment
from jigi.foundation.keyring import vault
from jigi.foundation.vault import masked
from jigi.intake.mapping import Filling
from jigi.intake.targets import Kind, Target

NULL = "\\N"
_REMEMBERED = 30_000
_REMEMBERED_OF_UNIQUE = 100
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

# Facts that the vault keeps: what they are to it, and how many of their last digits a problem may show.
_SECRETS = {"phone": "phone", "nina": "document"}
_SHOWN = {"phone": 2, "nina": 4}

_PHONE_MARKS = re.compile(r"[\s.\-/()']")
_FULL_PHONE = re.compile(r"(?:\+|00)?223(\d{8})", re.ASCII)
_FOREIGN_PHONE = re.compile(r"(?:\+|00)(\d{8,15})", re.ASCII)
_NINA = re.compile(r"\d{14}[A-Z]", re.ASCII)
_NINA_LIKE = re.compile(r"[0-9A-Z]{15}", re.ASCII)


@dataclass(frozen=True)
class Doubt:
    """A cell with something to say about it. `copied` is what is loaded; a warning holds nothing back."""

    copied: str
    code: str
    message: str
    remedy: str = ""
    severity: str = "error"


class Column(dict[str, "str | Doubt"]):
    """Cells of one column -> text for COPY, or a Doubt. `null` is what an unknown value loads."""

    def __init__(self, convert: Callable[[str], str], null: str = NULL, remembered: int = _REMEMBERED) -> None:
        super().__init__()
        self._convert, self.null, self._remembered = convert, null, remembered

    def __missing__(self, cell: str) -> str | Doubt:
        try:
            result: str | Doubt = self._convert(cell)
        except Trouble as trouble:
            result = trouble.doubt
        except ValueError as error:
            message = f"« {cell[:80]} » {error}" if cell else "La cellule est vide"
            result = Doubt(self.null, "value", message, "Corrigez la cellule")
        # Few, or the memory of telephones that come once would push the names out of the processor's cache.
        if len(self) >= self._remembered:
            self.clear()
        self[cell] = result
        return result

    def shown(self, cell: str) -> str:
        """What a problem may show of a cell."""
        return cell


class RestrictedColumn(Column):
    """Answers on health: a problem says what is wrong without repeating the answer."""

    def __missing__(self, cell: str) -> str | Doubt:
        result = super().__missing__(cell)
        if isinstance(result, Doubt):
            self[cell] = replace(result, message=result.message.replace(f"« {cell[:80]} »", "La réponse"))
        return self[cell]

    def shown(self, cell: str) -> str:
        return ""


class SecretColumn(Column):
    """Telephones or documents: what is loaded of a cell is its blind index, with what checks need of it.

    `sealed` gives, for the cell just converted, what COPY loads of the value itself. It stands apart because it
    is never twice the same, and the digest of a row must be.
    """

    def __init__(self, convert: Callable[[str], str], kind: Kind) -> None:
        super().__init__(convert, NULL, _REMEMBERED_OF_UNIQUE)
        self._vault, self._kind, self._shown = vault(), _SECRETS[kind], _SHOWN[kind]
        self._with_start = kind == "nina"
        self.sealed: dict[str, str] = {}

    def __missing__(self, cell: str) -> str | Doubt:
        if len(self) >= self._remembered:
            self.sealed.clear()
        result = super().__missing__(cell)
        value = result.copied if isinstance(result, Doubt) else result
        self.sealed[cell] = NULL if value == NULL else to_copy(self._vault.seal(self._kind, value))
        loaded = self._loaded(value)
        if isinstance(result, Doubt):
            said = result.message.replace(f"« {cell[:80]} »", f"« {self.shown(cell)[:80]} »")
            self[cell] = replace(result, copied=loaded, message=said)
        else:
            self[cell] = loaded
        return self[cell]

    def shown(self, cell: str) -> str:
        return masked(cell, self._shown)

    def _loaded(self, value: str) -> str:
        if value == NULL:
            return "\t".join([NULL] * (3 if self._with_start else 1))
        index = to_copy(self._vault.index(self._kind, value))
        return f"{index}\t{escaped(value[:4])}\t{escaped(self.shown(value))}" if self._with_start else index


class Trouble(ValueError):
    """Raised by a conversion that knows its code, remedy and severity."""

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(doubt.message)


def column_of(filling: Filling) -> Column:
    """The column that converts the cells of a filling."""
    target = filling.target
    null = f"{NULL}\t{NULL}" if target.kind == "birth" else NULL
    convert = _coded(filling) if filling.codes is not None else _plain(target, filling.scale)

    def converted(cell: str) -> str:
        if cell == "" or cell in filling.unknown:
            if target.required:
                raise Trouble(Doubt(null, "required", "La cellule est vide", "Remplissez-la"))
            return null
        return convert(cell)

    if target.kind in _SECRETS:
        return SecretColumn(converted, target.kind)
    if target.restricted:
        return RestrictedColumn(converted, null)
    return Column(converted, null, _REMEMBERED_OF_UNIQUE if target.unique else _REMEMBERED)


def of_target(target: Target) -> Column:
    """The column of a fact without codes: the key, the line of a roster."""
    return column_of(Filling("", target))


def _coded(filling: Filling) -> Callable[[str], str]:
    codes = dict(filling.codes or {})
    # The words understood without a mapping of codes are compared whatever their case.
    fold = filling.target.codes is filling.codes
    listed = ", ".join(f"« {code} »" for code in list(codes)[:12])

    def convert(cell: str) -> str:
        stored = codes.get(cell.casefold() if fold else cell)
        if stored is None:
            message = f"Le code « {cell[:80]} » est inconnu"
            remedy = f"Codes connus : {listed}. Corrigez la cellule, ou complétez la correspondance"
            raise Trouble(Doubt(NULL, "code", message, remedy))
        return escaped(stored)

    return convert


def _plain(target: Target, scale: float | None) -> Callable[[str], str]:
    if target.kind in ("integer", "rounded", "decimal", "real"):
        return _number(target, scale)
    if target.kind in ("text", "code"):
        return _text(target)
    return _CONVERSIONS[target.kind]


def _number(target: Target, scale: float | None) -> Callable[[str], str]:
    factor = Decimal(str(scale)) if scale is not None else Decimal(1)

    def convert(cell: str) -> str:
        number = as_decimal(cell) * factor
        if target.kind == "rounded":
            number = number.to_integral_value()
        elif target.kind == "integer" and number != number.to_integral_value():
            raise ValueError("n’est pas un nombre entier")
        if not target.minimum <= number <= target.maximum:
            message = f"« {cell[:80]} » est hors des bornes {target.minimum:,.15g} à {target.maximum:,.15g}"
            raise Trouble(Doubt(NULL, "range", message.replace(",", " "), "Vérifiez la valeur sur la fiche"))
        return str(int(number)) if target.kind in ("integer", "rounded") else f"{number:f}"

    return convert


def _text(target: Target) -> Callable[[str], str]:
    def convert(cell: str) -> str:
        if len(cell) > target.length:
            raise ValueError(f"est trop long : {len(cell)} caractères pour {target.length}")
        if target.named and not any(map(str.isalpha, cell)):
            raise ValueError("n’est pas un nom")
        return escaped(cell)

    return convert


def _boolean(cell: str) -> str:
    return "t" if as_boolean(cell) else "f"


def _day(cell: str) -> str:
    found = as_date(cell)
    if found.precision != "day":
        raise ValueError("n’est pas une date complète : il faut le jour")
    return found.day.isoformat()


def _moment(cell: str) -> str:
    """Of an interview's beginning or end, which the register does not keep: what can't be read holds nothing."""
    try:
        return as_moment(cell).isoformat()
    except ValueError as error:
        message = f"« {cell[:80]} » {error}"
        raise Trouble(Doubt(NULL, "moment", message, "Vérifiez l’horloge de l’appareil", "warning")) from None


def _birth(cell: str) -> str:
    found = as_date(cell)
    return f"{found.day.isoformat()}\t{found.precision}"


def _phone(cell: str) -> str:
    """« +223 » and 8 digits; what has another shape is kept as written, with a warning."""
    number = _PHONE_MARKS.sub("", cell)
    if found := _FULL_PHONE.fullmatch(number):
        return f"+223{found[1]}"
    if number.isascii() and number.isdigit() and len(number) == 8:
        return f"+223{number}"
    if found := _FOREIGN_PHONE.fullmatch(number):
        return f"+{found[1]}"
    kept = cell if len(cell) <= 20 else NULL
    message = f"« {cell[:80]} » n’est pas un numéro de 8 chiffres"
    if number.isdigit() and len(number) == 7:
        message += " : un zéro initial s’est peut-être perdu dans un tableur"
    raise Trouble(Doubt(kept, "phone", message, "Vérifiez le numéro auprès du ménage", "warning"))


def _nina(cell: str) -> str:
    """14 digits and a letter. Of the right length but another shape: kept, with a warning; else left out."""
    number = _PHONE_MARKS.sub("", cell).upper()
    if _NINA.fullmatch(number):
        return number
    kept = number if _NINA_LIKE.fullmatch(number) else NULL
    message = f"« {cell[:80]} » n’a pas la forme d’un NINA : 14 chiffres et une lettre"
    if kept == NULL:
        message += " ; il n’est pas enregistré"
    raise Trouble(Doubt(kept, "nina", message, "Vérifiez le document", "warning"))


_CONVERSIONS: dict[Kind, Callable[[str], str]] = {
    "boolean": _boolean, "date": _day, "moment": _moment, "birth": _birth, "phone": _phone, "nina": _nina,
}  # fmt: skip


def escaped(text: str) -> str:
    """Text as COPY reads it."""
    return text.translate(_ESCAPES)
