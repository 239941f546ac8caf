"""The number of a sheet: fourteen digits drawn at random and two that check them (ISO 7064, MOD 97-10). Pure.

It says nothing of what the sheet is for, and can't be guessed from another.
"""

from __future__ import annotations

import re
import secrets

CODE = "F1:"
"""How the text of a page's square begins: what it holds, and its version. Capitals, digits and colons make it small."""
DRAWN_DIGITS = 14
MOST_PAGES = 99
LEAST_COLUMNS = 8
"""Members that a questionnaire has room for; as many fit a page in width."""
BLANK_COLUMNS = 16
SPARE_COLUMNS = 2
"""For who came into a household since."""
_CODE = re.compile(CODE + r"([0-9]{16}):([0-9]{2})")


def drawn_number() -> str:
    """A number that no sheet has yet, as far as chance goes."""
    serial = f"{secrets.randbelow(10**DRAWN_DIGITS):0{DRAWN_DIGITS}}"
    return f"{serial}{98 - int(serial) * 100 % 97:02}"


def is_number(digits: str) -> bool:
    """Whether sixteen digits are a sheet's number well copied: one wrong, or two neighbours swapped, is seen."""
    return bool(re.fullmatch(r"[0-9]{16}", digits)) and "02" <= digits[14:] <= "98" and int(digits) % 97 == 1


def columns_for(size: int | None) -> int:
    """How many members the questionnaire of a household has room for; of one not known, None."""
    return BLANK_COLUMNS if size is None else max(LEAST_COLUMNS, size + SPARE_COLUMNS)


def digits_of(text: str) -> str:
    """The digits of a number as typed or shown: « 4827 1930 5521 0766 »."""
    return re.sub(r"[\s.\-]", "", text)


def shown(number: str) -> str:
    """« 4827 1930 5521 0766 »."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def code_text(number: str, page: int) -> str:
    """What the square of a page holds."""
    return f"{CODE}{number}:{page:02}"


def read_code(text: str) -> tuple[str, int] | None:
    """The sheet's number and the page that a square says; None for the square of something else, or one misread."""
    found = _CODE.fullmatch(text)
    if found is None or not is_number(found[1]) or found[2] == "00":
        return None
    return found[1], int(found[2])
