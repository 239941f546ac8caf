"""Numbers as French readers write them, in drawings."""

from __future__ import annotations

import math

NARROW_SPACE = "\u202f"


def number(value: float) -> str:
    """`71000` -> « 71 000 », `0.4` -> « 0,4 », with narrow no-break spaces."""
    text = f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.1f}"
    return text.replace(",", NARROW_SPACE).replace(".", ",").replace("-", "−")


def round_below(value: float) -> float:
    """The largest of 1, 2, 5, 10, 20, 50… that is not above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value)
