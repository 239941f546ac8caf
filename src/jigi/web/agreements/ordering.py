"""A short table whose rows are all at hand, in the order that the address asks for (« tri=-montant »)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest

Row = TypeVar("Row")


def ordered(
    request: HttpRequest, rows: Sequence[Row], keys: Mapping[str, Callable[[Row], Any]]
) -> tuple[list[Row], list[dict[str, str]]]:
    """The rows in the order asked (as they come when none or an unknown one is), and what each header asks next."""
    asked = request.GET.get("tri", "")
    key = keys.get(asked.removeprefix("-"))
    found = sorted(rows, key=key, reverse=asked.startswith("-")) if key else list(rows)
    headers = []
    for code in keys:
        here = asked.removeprefix("-") == code
        headers.append(
            {
                "code": code,
                "sort": f"-{code}" if here and not asked.startswith("-") else code,
                "aria": ("descending" if asked.startswith("-") else "ascending") if here else "",
            }
        )
    return found, headers
