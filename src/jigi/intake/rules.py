"""What the checks of fieldwork compute, as pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

_NORMAL = 0.6745
"""The middle absolute deviation of a normal law, in standard deviations."""


def robust_scores(values: Sequence[float | None]) -> list[float | None]:
    """How far each value stands from the middle of all, in deviations that the outliers themselves do not stretch.

    Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): beyond 3.5 is worth a look. None where there is no
    value, and everywhere when more than half of them are the same.
    """
    known = [value for value in values if value is not None]
    if not known:
        return [None] * len(values)
    middle = median(known)
    spread = median(abs(value - middle) for value in known)
    return [_NORMAL * (value - middle) / spread if value is not None and spread else None for value in values]
