"""What the signs of a map stand for: its circles by value, its shades by class."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jigi.drawing.figures import number, round_below
from jigi.drawing.palette import Paint

CLASSES = 5
SHADES = (0.1, 0.28, 0.46, 0.66, 0.88)
"""Opacity of the earth colour over paper for each class of filled areas, lightest first."""


def class_limits(values: Sequence[float]) -> list[float]:
    """The upper limits of up to five classes of equal numbers of areas, without classes that hold nothing."""
    ranked = sorted(values)
    if not ranked:
        return []
    return sorted({ranked[math.ceil(len(ranked) * step / CLASSES) - 1] for step in range(1, CLASSES + 1)})


def shade(value: float, limits: Sequence[float]) -> float:
    """The opacity of the class of a value."""
    position = next(position for position, limit in enumerate(limits) if value <= limit)
    return SHADES[CLASSES - len(limits) + position]


def circle_radius(value: float | None, most: float, largest: float) -> float:
    """The radius of a circle whose surface is in proportion to its value; never too small to be seen."""
    return max(largest * math.sqrt(max(value or 0, 0) / most), 1.5) if most > 0 else 1.5


def circle_key(most: float, largest: float, paint: Paint) -> tuple[str, int]:
    """A row of circles with the values that they stand for, and its height."""
    parts, x = [], 0.0
    for value in (round_below(most), round_below(most / 6)) if most > 0 else ():
        radius = circle_radius(value, most, largest)
        parts.append(
            f'<circle cx="{x + radius:.1f}" cy="{largest:.1f}" r="{radius:.1f}" fill="{paint("earth")}"'
            f' fill-opacity=".72"/><text x="{x + 2 * radius + 6:.1f}" y="{largest + 5:.1f}">'
            f"{number(value)}</text>"
        )
        x += 2 * radius + 90
    return "".join(parts), math.ceil(2 * largest)


def class_key(limits: Sequence[float], paint: Paint) -> tuple[str, int]:
    """A row of shades with the upper limit of each class, and its height."""
    parts = []
    for position, limit in enumerate(limits):
        parts.append(
            f'<rect x="{position * 100}" width="94" height="12" fill="{paint("earth")}"'
            f' fill-opacity="{shade(limit, limits)}"/>'
            f'<text x="{position * 100}" y="28">≤ {number(limit)}</text>'
        )
    return "".join(parts), 30
