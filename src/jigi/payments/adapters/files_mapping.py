"""The files agreed with one agency, as its reviewed TOML says: what is written, what is read, how it is sealed.

A column is known by its title (CSV, XLSX) or by its place (fixed width: `start` from 1, `width`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pyrage

from jigi.foundation.toml_table import Table
from jigi.payments.adapters import signatures
from jigi.payments.incoming import SAYINGS
from jigi.payments.order_columns import HEADER

FORMS = ("csv", "xlsx", "fixed")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "iso-8859-15", "ascii")
AMOUNTS = {"plain": ("", ""), "spaces": (" ", ""), "dots": (".", ""), "dots_comma": (".", ",00"), "comma": ("", ",00")}
"""How an amount is written: what stands between thousands, and what follows the francs."""
OF_A_LINE = (*HEADER, "jour")
OF_THE_FILE = ("lignes", "total_fcfa", "jour", "tour", "agence")
READ = ("reference", "status", "amount", "date", "reason", "agency_reference")
TOTALS = ("mark", "count", "sum")


@dataclass(frozen=True)
class Cell:
    """A column that is written: a value of ours or a constant, and its width, padding and side in fixed width."""

    title: str
    value: str
    constant: str
    width: int
    pad: str
    right: bool
    amount: str


@dataclass(frozen=True)
class OrdersFile:
    """The file of orders. `first` and `last` are lines that declare the file, its count and its sum."""

    form: str
    name: str
    encoding: str
    delimiter: str
    end: str
    titles: bool
    dates: str
    columns: tuple[Cell, ...]
    first: tuple[Cell, ...]
    last: tuple[Cell, ...]


@dataclass(frozen=True)
class Place:
    """Where something is read: under a title, or from `start` (1 is the first character) on `width` characters."""

    title: str
    start: int
    width: int


@dataclass(frozen=True)
class ReturnsFile:
    """The file of returns. `words` are the statuses of the agency; `totals` where its last line declares the file."""

    form: str
    name: str
    encoding: str
    decimal: str
    thousands: str
    dates: str
    skip: int
    words: dict[str, str]
    columns: dict[str, Place]
    totals: dict[str, Place]
    mark: str
    sum_of: str


@dataclass(frozen=True)
class Seal:
    """How files are closed: to whose age key orders are sealed, what signs, what workbooks are locked by."""

    recipient: str
    sign: bool
    returns_sealed: bool
    agency_signs: str
    password: bool


@dataclass(frozen=True)
class Files:
    orders: OrdersFile
    returns: ReturnsFile
    seal: Seal


def read_files(top: Table) -> Files:
    """The files of a channel. Raises InputError with the line and the remedy of the first mistake."""
    seal = _seal(top.table("seal")) if "seal" in top.data else Seal("", False, False, "", False)
    files = Files(_orders(top.table("orders")), _returns(top.table("returns")), seal)
    if seal.password and files.orders.form != "xlsx":
        raise top.error("seal", "Un mot de passe ne ferme qu’un classeur", remedy='Écrivez form = "xlsx", ou age.')
    return files


def _orders(part: Table) -> OrdersFile:
    form = part.choice("form", FORMS)
    titled = form != "fixed"
    found = OrdersFile(
        form, part.text("name", pattern=r"[\w.{}-]{1,80}"), _encoding(part),
        part.choice("delimiter", (";", ",", "\t", "|"), default=";"),
        {"lf": "\n", "crlf": "\r\n"}[part.choice("end", ("lf", "crlf"), default="crlf")],
        part.flag("titles", default=titled), part.text("dates", default="%Y-%m-%d"),
        *(tuple(_cell(one, values, titled=titled) for one in part.tables(key))
          for key, values in (("column", OF_A_LINE), ("first", OF_THE_FILE), ("last", OF_THE_FILE))),
    )  # fmt: skip
    _check_name(part, found.name)
    if not {"reference", "montant_fcfa"} <= {one.value for one in found.columns}:
        raise part.error("", "Un ordre porte au moins sa référence et son montant", remedy="Ajoutez leurs colonnes.")
    part.refuse_others()
    return found


def named(pattern: str, *, tour: object, agence: str, jour: str) -> str:
    """The name of a file: {tour}, {agence} and {jour} of the pattern are replaced, nothing else is read in it."""
    for mark, text in (("{tour}", str(tour)), ("{agence}", agence), ("{jour}", jour)):
        pattern = pattern.replace(mark, text)
    return pattern


def _check_name(part: Table, name: str) -> None:
    made = named(name, tour=1, agence="A", jour="20160210")
    if "{tour}" not in name or "{" in made or "}" in made or made.startswith("."):
        raise part.error(
            "name", f"« {name} » ne fait pas un nom de fichier",
            remedy="Employez {tour}, et si besoin {agence}, {jour}.",
        )  # fmt: skip


def _cell(part: Table, values: Collection[str], *, titled: bool) -> Cell:
    constant = part.text("constant", default="")
    value = "" if constant else part.choice("value", values)
    width = part.integer("width", default=0)
    if not titled and not 0 < width <= 200:
        raise part.error("width", "En largeur fixe, chaque colonne dit sa largeur (1 à 200)")
    cell = Cell(
        part.text("title", default=value), value, constant, width, part.text("pad", default=" "),
        part.choice("align", ("left", "right"), default="left") == "right",
        part.choice("amount", AMOUNTS, default="plain"),
    )  # fmt: skip
    if titled and values is OF_A_LINE and not cell.title:
        raise part.error("constant", "Cette colonne n’a pas de titre", remedy='Ajoutez title = "…".')
    if len(cell.pad) != 1:
        raise part.error("pad", "On comble par un seul caractère")
    part.refuse_others()
    return cell


def _returns(part: Table) -> ReturnsFile:
    form = part.choice("form", FORMS)
    words = part.table("words")
    said = {word.strip().casefold(): words.choice(word, SAYINGS) for word in words.data}
    found = ReturnsFile(
        form, part.text("name", default="*"), _encoding(part), part.text("decimal", default=""),
        part.text("thousands", default=""), part.text("dates", default=""), part.integer("skip", default=0), said,
        _places(part, "column", READ, form), _places(part, "total", TOTALS, form), part.text("mark", default=""),
        part.choice("sum_of", ("all", "paid"), default="all"),
    )  # fmt: skip
    missing = [name for name in ("reference", "status", "amount") if name not in found.columns]
    if missing or not said:
        raise part.error("", f"Il manque {', '.join(missing) or 'les mots de l’agence'} aux retours")
    if bool(found.totals) != bool(found.mark) or (found.totals and "mark" not in found.totals):
        raise part.error("mark", "Une ligne de total se reconnaît à sa marque", remedy="Dites mark, et où elle se lit.")
    part.refuse_others()
    return found


def _places(part: Table, key: str, known: Collection[str], form: str) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for one in part.tables(key):
        name = one.choice("is", known)
        if name in found:
            raise one.error("is", f"« {name} » est dit deux fois")
        if form == "fixed":
            found[name] = Place("", one.integer("start", minimum=1), one.integer("width", minimum=1))
        else:
            found[name] = Place(one.text("title"), 0, 0)
        one.refuse_others()
    return found


def _seal(part: Table) -> Seal:
    found = Seal(
        part.text("recipient", default=""), part.flag("sign", default=False), part.flag("returns", default=False),
        part.text("agency_signs", default=""), part.flag("password", default=False),
    )  # fmt: skip
    if found.recipient:
        try:
            pyrage.x25519.Recipient.from_str(found.recipient)
        except pyrage.RecipientError:
            raise part.error(
                "recipient", "Ce n’est pas une clé publique age",
                why="Elle commence par « age1 » et compte 62 caractères",
                remedy="Demandez à l’agence celle qu’affiche « age-keygen » ; jamais sa clé secrète.",
            ) from None  # fmt: skip
    if found.agency_signs and not signatures.is_public(found.agency_signs):
        raise part.error("agency_signs", "Ce n’est pas une clé publique ssh-ed25519")
    part.refuse_others()
    return found


def _encoding(part: Table) -> str:
    return part.choice("encoding", ENCODINGS, default="utf-8-sig")
