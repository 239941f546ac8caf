"""The text of one cell: cleaned as it enters, read as a number, a date or a yes, made harmless as it leaves.

Pure functions. Each `as_…` raises ValueError with a French sentence fragment that follows the value.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

Precision = Literal["day", "month", "year", "about"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
# Marks that nobody sees and that copying from messages and web pages leaves around telephones and names.
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"
_WITHOUT_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE))
_NEEDS_CARE = re.compile(f"[{_CONTROL.pattern[1:-1]}{_INVISIBLE}]")
_ASCII_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])

_SPACES = re.compile(r"\s")
_GROUPED = re.compile(r"([+-]?)([1-9]\d{0,2}(?:([ .,'])\d{3})(?:\3\d{3})*)(?:([.,])(\d*))?", re.ASCII)
_PLAIN = re.compile(r"([+-]?)(\d+)(?:([.,])(\d*))?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
_NUMBER_WITH_MINUS = re.compile(r"-\d+(?:[.,]\d+)?(?:e[+-]?\d+)?", re.ASCII)
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""How a formula may begin, wide signs of other keyboards included."""

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}", re.ASCII)
_DAY_FIRST_MOMENT = re.compile(r"(\d{2})[-/.](\d{2})[-/.](\d{4})[ T](\d{2}:\d{2}.*)", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}", re.ASCII)
_MONTH = re.compile(r"(?:(\d{1,2})[-/.](\d{4})|(\d{4})[-/.](\d{1,2}))", re.ASCII)
_YEAR = re.compile(r"((?:né(?:e)? )?(?:vers |env(?:\.|iron) )|~ ?)?((?:18|19|20)\d\d)", re.ASCII | re.IGNORECASE)
_SERIAL = re.compile(r"([2-5]\d{4})(?:[.,]\d+)?", re.ASCII)
_MOST_DIGITS = 30
"""Far beyond any amount; Python refuses thousands of them, in English."""
_EXCEL_EPOCH = date(1899, 12, 30)

_YES = frozenset({"oui", "o", "1", "vrai", "x", "yes", "y", "true"})
_NO = frozenset({"non", "n", "0", "faux", "no", "false"})


class Dated(NamedTuple):
    """A date and how precisely it was said. A month stands at its first day, a year at 1 January."""

    day: date
    precision: Precision


def needs_care(text: str) -> bool:
    """Whether some of this text may be changed or refused by `clean` (beyond the spaces around cells)."""
    if text.isascii():
        # Deleting is five times faster than searching, and this runs over every byte that enters.
        return len(text.translate(_ASCII_CONTROLS)) != len(text)
    return not unicodedata.is_normalized("NFC", text) or _NEEDS_CARE.search(text) is not None


def clean(text: str) -> str:
    """A cell in NFC without invisible marks and outer spaces; ValueError on a control character."""
    if found := _CONTROL.search(text):
        raise ValueError(f"contient un caractère de contrôle (U+{ord(found[0]):04X})")
    return unicodedata.normalize("NFC", text.translate(_WITHOUT_INVISIBLE)).strip()


def as_integer(text: str) -> int:
    """An amount or a count: « 30 000 », « 30.000 », « 30.000,00 », « 30000.00 » are 30000.

    A group of three digits after a point or a comma is thousands: francs have no decimals.
    """
    number = _unspaced(text)
    found = _GROUPED.fullmatch(number) or _PLAIN.fullmatch(number)
    if found is None or (found.re is _GROUPED and found[3] == found[4]):
        raise ValueError("n’est pas un nombre entier")
    decimals = found[5] if found.re is _GROUPED else found[4]
    if decimals and decimals.strip("0"):
        raise ValueError("a des décimales : un nombre entier est attendu")
    digits = re.sub(r"\D", "", found[2])
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a trop de chiffres")
    return int(found[1] + digits)


def as_decimal(text: str) -> Decimal:
    """A measure: « 1,5 », « 1 234,5 », « 1.234,5 », « 1.5e+06 ». One mark alone is the decimal mark."""
    number = _unspaced(text)
    if _SCIENTIFIC.fullmatch(number):
        return Decimal(number)
    if found := _PLAIN.fullmatch(number):
        sign, whole, decimals = found[1], found[2], found[4]
    elif (found := _GROUPED.fullmatch(number)) and found[3] != found[4]:
        sign, whole, decimals = found[1], re.sub(r"\D", "", found[2]), found[5]
    else:
        raise ValueError("n’est pas un nombre")
    return Decimal(f"{sign}{whole}.{decimals or 0}")


def as_date(text: str) -> Dated:
    """A date as people write it: ISO, « 12/05/2015 », « 05/2015 », « 2015 », « vers 1985 », Excel's 42136."""
    text = _SPACES.sub(" ", text.strip())
    try:
        return _dated(text)
    except ValueError as error:
        if str(error).startswith(("n’est", "a une", "est vide")):
            raise
        raise ValueError("n’est pas une date du calendrier") from None


def as_moment(text: str) -> datetime:
    """A day with its hour: « 2016-05-01T09:12:30.000+00:00 », « 01/05/2016 09:12 ». In Bamako's time, which is UTC."""
    text = _DAY_FIRST_MOMENT.sub(r"\3-\2-\1T\4", _SPACES.sub(" ", text.strip()))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("n’est pas un jour avec son heure") from None
    if len(text) < len("2016-05-01T09:12"):
        raise ValueError("n’a pas d’heure")
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def as_boolean(text: str) -> bool:
    """oui, o, 1, vrai, x (and yes, y, true) or non, n, 0, faux (and no, false)."""
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError("n’est ni oui ni non" if word else "est vide")


def neutralise(cell: str) -> str:
    """The cell with an apostrophe before anything that a spreadsheet would run as a formula."""
    if cell.startswith(_RUNS) and not _NUMBER_WITH_MINUS.fullmatch(cell):
        return f"'{cell}"
    return cell


def _unspaced(text: str) -> str:
    """One plain space for every kind of space, none around; typographic minus and apostrophe made plain."""
    number = _SPACES.sub(" ", text.strip()).replace("−", "-").replace("’", "'")
    if not number:
        raise ValueError("est vide")
    return number


def _dated(text: str) -> Dated:
    if found := _YEAR_FIRST.fullmatch(text):
        return Dated(date(int(found[1]), int(found[2]), int(found[3])), "day")
    if found := _DAY_FIRST.fullmatch(text):
        return Dated(date(int(found[3]), int(found[2]), int(found[1])), "day")
    if found := _YEAR.fullmatch(text):
        return Dated(date(int(found[2]), 1, 1), "about" if found[1] else "year")
    if found := _MONTH.fullmatch(text):
        return Dated(date(int(found[2] or found[3]), int(found[1] or found[4]), 1), "month")
    if found := _SERIAL.fullmatch(text):
        return Dated(_EXCEL_EPOCH + timedelta(days=int(found[1])), "day")
    if _SHORT_YEAR.fullmatch(text):
        raise ValueError("a une année de deux chiffres : écrivez-la avec quatre")
    raise ValueError("n’est pas une date (jj/mm/aaaa, aaaa-mm-jj ou une année)" if text else "est vide")
