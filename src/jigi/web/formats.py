"""How amounts, numbers, dates and private numbers are written, on screens and in exported files."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from jigi.foundation.money import NARROW_SPACE, format_xof
from jigi.foundation.periods import french_date

UNKNOWN = "—"


def number(value: float | None, decimals: int = 0) -> str:
    """`1234567` -> « 1 234 567 »; `0.325` with 2 decimals -> « 0,33 »; None -> « — »."""
    if value is None:
        return UNKNOWN
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW_SPACE).replace(".", ",")
    return f"−{text}" if value < 0 and text.strip("0,") else text


def xof(amount_xof: int | None) -> str:
    """`30000` -> « 30 000 » (the unit stands in the header)."""
    return UNKNOWN if amount_xof is None else format_xof(int(amount_xof), unit=False)


def percent(part: float | None, whole: float | None, decimals: int = 0) -> str:
    """`percent(262, 306)` -> « 86 % »; « — » when there is nothing to divide by."""
    if part is None or not whole:
        return UNKNOWN
    return f"{number(100 * part / whole, decimals)}{NARROW_SPACE}%"


def day(value: date | None) -> str:
    """« 3 mars 2016 », in the time zone of the country; None -> « — »."""
    if value is None:
        return UNKNOWN
    return french_date(timezone.localtime(value).date() if isinstance(value, datetime) else value)


def moment(value: datetime | None) -> str:
    """« 3 mars 2016 à 14:05 »."""
    return UNKNOWN if value is None else f"{day(value)} à {timezone.localtime(value):%H:%M}"


def short_moment(value: datetime | None) -> str:
    """« 03/03/2016 14:05 », for the columns of a list."""
    return UNKNOWN if value is None else f"{timezone.localtime(value):%d/%m/%Y %H:%M}"


def short_day(value: date | None) -> str:
    """« 03/03/2016 », for the columns of a list."""
    return UNKNOWN if value is None else f"{value:%d/%m/%Y}"


def counted(count: int, singular: str, plural: str = "") -> str:
    """« 1 ménage », « 2 709 ménages », « 0 ménage »: French takes the plural from two."""
    return f"{number(count)} {singular if abs(count) < 2 else plural or singular + 's'}"


def rank(value: int) -> str:
    """« 1er », « 14e »."""
    return f"{number(value)}{'er' if value == 1 else 'e'}"


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another."""
    months = 12 * (later.year - earlier.year) + later.month - earlier.month
    return months - (later.day < earlier.day)
