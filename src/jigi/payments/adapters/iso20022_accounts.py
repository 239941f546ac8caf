"""Account numbers of the union (UEMOA): IBAN and RIB, their bank, their control digits. Pure functions.

A RIB has 24 characters: bank 5 (the country's letters, then three digits), branch 5, account 12, control 2. The IBAN
of the union is the country, two control digits (ISO 13616, MOD 97-10), then the RIB.
"""

from __future__ import annotations

import re

_RIB = re.compile(r"[A-Z]{2}\d{3}\d{5}[0-9A-Z]{12}\d{2}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[0-9A-Z]{11,30}", re.ASCII)
_MARKS = re.compile(r"[\s.\-]+")
_LONGEST = 34


def plain(text: str) -> str:
    """An account as it is sent: capitals, without spaces and marks. ValueError when no bank could hold it."""
    number = _MARKS.sub("", text).upper()
    if not re.fullmatch(r"\+?[0-9A-Z]{1,34}", number) or len(number) > _LONGEST:
        raise ValueError("n’est pas un numéro de compte")
    if looks_iban(number) and not holds(number):
        raise ValueError("est un IBAN dont la clé est fausse")
    return number


def looks_iban(number: str) -> bool:
    """Whether a plain number has the form of an IBAN: letters, two digits, then what is no RIB."""
    return _IBAN.fullmatch(number) is not None and _RIB.fullmatch(number) is None


def holds(iban: str) -> bool:
    """Whether the control digits of an IBAN are right."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(mark, 36)) for mark in turned)) % 97 == 1


def bank(number: str) -> str:
    """The code of the bank of a plain RIB, or of the IBAN made of one (« ML016 »); "" of any other account."""
    rib = number[4:] if looks_iban(number) else number
    return rib[:5] if _RIB.fullmatch(rib) else ""
