"""Where the names of a few places are written, so that they cross as little as they can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LETTER = 7.2
"""Mean width of a letter at the size below."""
SIZE = 13


@dataclass(frozen=True)
class Spot:
    """A circle of the drawing and the name it carries."""

    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True)
class Box:
    """A rectangle of the drawing, from its left and top."""

    x: float
    y: float
    width: float
    height: float

    def over(self, other: Box) -> float:
        """The surface that two boxes share."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(wide, 0.0) * max(high, 0.0)


@dataclass(frozen=True)
class Label:
    """Where a name's baseline is, and which of its points is there (start, middle, end)."""

    x: float
    y: float
    anchor: str


def labels(spots: Sequence[Spot], width: float, height: float) -> list[Label]:
    """A label for each spot: below its circle, else above, right or left, where it hides least."""
    taken = [Box(s.x - s.radius, s.y - s.radius, 2 * s.radius, 2 * s.radius) for s in spots]
    found = []
    for spot in spots:
        hidden = [
            (sum(box.over(other) for other in taken) + _outside(box, width, height), rank, box, anchor)
            for rank, (box, anchor) in enumerate(_candidates(spot))
        ]
        _, _, box, anchor = min(hidden, key=lambda candidate: candidate[:2])
        taken.append(box)
        x = box.x + {"start": 0.0, "middle": box.width / 2, "end": box.width}[anchor]
        found.append(Label(x, box.y + SIZE - 2, anchor))
    return found


def _candidates(spot: Spot) -> list[tuple[Box, str]]:
    wide, gap = len(spot.name) * LETTER, spot.radius + 2
    return [
        (Box(spot.x - wide / 2, spot.y + gap, wide, SIZE), "middle"),
        (Box(spot.x - wide / 2, spot.y - gap - SIZE, wide, SIZE), "middle"),
        (Box(spot.x + gap + 2, spot.y - SIZE / 2, wide, SIZE), "start"),
        (Box(spot.x - gap - 2 - wide, spot.y - SIZE / 2, wide, SIZE), "end"),
    ]


def _outside(box: Box, width: float, height: float) -> float:
    return box.width * box.height - box.over(Box(0, 0, width, height))
