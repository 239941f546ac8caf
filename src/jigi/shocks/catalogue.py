"""The signals as reviewed data: what each measures, which way is worse, how it is carried upwards, its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text

SHIPPED = Path(__file__).with_name("data") / "signals.toml"
KINDS = ("count", "class", "measure")
WORSE = ("higher", "lower", "neither")
CARRIES = ("sum", "max", "mean")


@dataclass(frozen=True)
class Signal:
    """One signal. `worse` says which way is worse, `carry` how values of parts make that of the whole.

    `mean` is weighted by population. A value below `minimum` or above `maximum` is not believed. Of a class, `classes`
    names each value from `minimum` on.
    """

    code: str
    name: str
    unit: str
    kind: str
    worse: str
    carry: str
    minimum: float
    maximum: float
    classes: tuple[str, ...] = ()

    def label(self, value: float) -> str:
        """The name of a class, "" for another kind or a value between two."""
        position = value - self.minimum
        return self.classes[int(position)] if position in range(len(self.classes)) else ""

    def wrong(self, value: float) -> str:
        """Why a value is not believed, "" when it is."""
        if not self.minimum <= value <= self.maximum:
            return f"hors des bornes de ce signal ({self.minimum:.12g} à {self.maximum:.12g})"
        if self.kind != "measure" and value != int(value):
            return "n’est pas entier, et ce signal se compte" if self.kind == "count" else "n’est pas une classe"
        return ""


@cache
def signals() -> dict[str, Signal]:
    """The signals shipped, by their code."""
    return read_catalogue()


def read_catalogue(path: str | Path = SHIPPED) -> dict[str, Signal]:
    """Every signal of a file, by its code, in its order. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    for key in ("author", "source"):
        top.text(key)
    top.day("valid_from")
    found = {one.code: one for one in _read(top)}
    if not found:
        raise top.error("", "Il manque des signaux", remedy="Écrivez chacun comme un bloc [[signal]]")
    top.refuse_others()
    return found


def _read(top: Table) -> Iterator[Signal]:
    seen: set[str] = set()
    for said in top.tables("signal"):
        code = said.text("code", pattern=r"[a-z][a-z0-9_]{1,39}")
        if code in seen:
            raise said.error("code", f"Le signal « {code} » est déjà plus haut", remedy="Gardez un seul des deux blocs")
        seen.add(code)
        yield _signal(code, said)
        said.refuse_others()


def _signal(code: str, said: Table) -> Signal:
    kind = said.choice("kind", KINDS)
    minimum, maximum, classes = _classes(said) if kind == "class" else (*_bounds(said), ())
    return Signal(
        code, said.text("name"), said.text("unit"), kind, said.choice("worse", WORSE), said.choice("carry", CARRIES),
        minimum, maximum, classes,
    )  # fmt: skip


def _bounds(said: Table) -> tuple[float, float]:
    minimum, maximum = said.number("minimum"), said.number("maximum")
    if maximum <= minimum:
        raise said.error("maximum", "Le maximum n’est pas au-dessus du minimum")
    return minimum, maximum


def _classes(said: Table) -> tuple[float, float, tuple[str, ...]]:
    first, names = said.integer("first"), said.codes("classes")
    if len(names) < 2:
        raise said.error("classes", "Il faut nommer deux classes au moins")
    return float(first), float(first + len(names) - 1), names
