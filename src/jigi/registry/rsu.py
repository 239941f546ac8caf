"""The RSU number: ten digits, of which the last two check the others (ISO 7064, MOD 97-10). Pure.

The eight others are drawn by a secret permutation (sql/functions.sql): a number says nothing of its household, nor
of the one before it.
"""

from __future__ import annotations

import re

CARD = "RSU1:"
"""How the text of a card's QR begins: what it holds, and its version."""


def digits_of(text: str) -> str:
    """The digits of a number as typed (« 4827-1930-66 ») or read from a card (« RSU1:4827193066 »)."""
    return re.sub(r"[\s.\-/]", "", text.strip().removeprefix(CARD))


def is_number(digits: str) -> bool:
    """Whether ten digits are an RSU number well copied: any one of them wrong, or two neighbours swapped, is seen."""
    return bool(re.fullmatch(r"[0-9]{10}", digits)) and "02" <= digits[8:] <= "98" and int(digits) % 97 == 1


def check_digits(serial: str) -> str:
    """The two check digits of eight digits."""
    return f"{98 - int(serial) * 100 % 97:02}"


def card_text(digits: str) -> str:
    """What the QR of a card holds: the number and nothing else."""
    return f"{CARD}{digits}"
