"""What is computed of complaints: the check of their numbers, working days, what a message asks. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, timedelta

DIGITS = 12
SHORT_NAME = 24
"""Letters of a category's name on the screen of a telephone."""
FOLLOW = "suivi"
FIRST_WORD = re.compile(r"[\W\d_]*([^\W\d_]+)[\W_]*(.*)", re.DOTALL)
SAME_DAYS = 30
"""How many days apart two complaints of one household about one thing may be the same."""


def is_number(number: int) -> bool:
    """Whether a number of twelve digits ends by its two check digits (ISO 7064, MOD 97-10), as RSU numbers do."""
    return len(str(number)) == DIGITS and number % 97 == 1


def read_number(text: str) -> int | None:
    """The number that a person typed, whatever the spaces and marks between; None when it is none."""
    digits = "".join(mark for mark in text if mark in "0123456789")
    return int(digits) if len(digits) == DIGITS and is_number(int(digits)) else None


def folded(text: str) -> str:
    """Without case nor accents: « Réclamation » and « RECLAMATION » are one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def asked_by_text(text: str, words: Collection[str]) -> tuple[str, str]:
    """What a message asks, « complaint », « follow » or "", and the rest of it, without its first word.

    `words` open a complaint, folded; « * » among them: any message is one, whole.
    """
    found = FIRST_WORD.match(unicodedata.normalize("NFKC", text))
    head, rest = (folded(found[1]), found[2].strip()) if found else ("", "")
    if head == FOLLOW:
        return "follow", rest
    if head and head in words:
        return "complaint", rest
    return ("complaint", text.strip()) if "*" in words and text.strip() else ("", "")


def written(number: int) -> str:
    """A number as it is said and read back: « 1234 5678 9012 »."""
    text = f"{number:012}"
    return " ".join((text[:4], text[4:8], text[8:]))


def working_day(start: date, days: int, holidays: Collection[date]) -> date:
    """The day that comes `days` working days after another, which is not counted; with 0, the day itself."""
    day, left = start, days
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            left -= 1
    return day
