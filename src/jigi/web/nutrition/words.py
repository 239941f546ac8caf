"""Weights as people write them."""

from __future__ import annotations

from decimal import Decimal

from jigi.foundation.cells import as_decimal
from jigi.foundation.errors import Refused
from jigi.web.formats import number

MOST_KG = 10_000_000


def kg(grams: int | None) -> str:
    """« 1 234,5 kg »."""
    whole, rest = divmod(abs(grams or 0), 1000)
    text = number(whole) + (f",{rest:03}".rstrip("0") if rest else "")
    return f"{'−' if (grams or 0) < 0 else ''}{text} kg"


def grams_in(text: str) -> int:
    """The grams of a weight typed in kilograms, to the gram; Refused for what is none."""
    try:
        said = as_decimal(text) * 1000
    except ValueError:
        raise Refused(
            f"« {text[:30]} » n’est pas un poids", remedy="Écrivez des kilogrammes, comme 1 250 ou 12,5."
        ) from None
    if said != said.to_integral_value() or abs(said) > Decimal(MOST_KG * 1000):
        raise Refused("Ce poids ne convient pas", remedy="Donnez des kilogrammes, trois décimales au plus.")
    return int(said)
