"""What happens in a commune: the shape by which each sibling tells its events to a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Event:
    """Something planned or held on a day in a commune (a village, when known); `url_name` and `pk` lead to its page."""

    day: date
    commune_id: int
    village_id: int | None
    place: str
    title: str
    url_name: str
    pk: int
    sort: str
    held: bool = False
