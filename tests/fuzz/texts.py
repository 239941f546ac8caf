"""Definitions (TOML) and contours (GeoJSON), spoiled line by line, value by value, byte by byte."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.fuzz.cells import NASTY
from tests.fuzz.chance import some, spoiled

VALUES = (
    '""', '"x"', '"\\u0000"', "0", "-1", "1.5", "nan", "inf", "1e400", "9" * 30, "9" * 5000, "true", "[]", "[1]",
    '["x"]', "{}", '{ a = 1 }', "2016-05-01", "2016-02-30", "2016-05-01T10:00:00Z", "10:00:00", '"2016-05-01"', "0x10",
    "1_000", "'", '"""', "[[[]]]", "[" * 2000, "x", "", '"' + "x" * 3000 + '"', '"é"', '"${x}"', '"ML010501"',
    '"ML99"', "30000", "99999999999999999999", '["ML010501", "ML010501"]', "1970-01-01",
)  # fmt: skip
PIECES = (
    b"\x00",
    b'"',
    b"[",
    b"]",
    b"=",
    b"\n",
    b"\r",
    b"#",
    b"\xff",
    b"\xc3",
    b"{",
    b"}",
    b"'''",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b".",
)


def as_toml(chance: Random, good: str) -> bytes:
    """A definition with up to four lines spoiled."""
    lines = good.splitlines()
    for change in some(chance, (_value, _value, _value, _key, _drop, _twice, _move, _header, _odd), 4):
        change(chance, lines)
    text = chance.choice(("\n", "\n", "\n", "\r\n", "\r")).join(lines)
    encoding = chance.choice(("utf-8",) * 10 + ("utf-8-sig", "cp1252", "utf-16"))
    content = text.encode(encoding, "replace")
    return spoiled(chance, content, PIECES) if chance.random() < 0.25 else content


def _at(chance: Random, lines: list[str], mark: str) -> int:
    places = [n for n, line in enumerate(lines) if mark in line and not line.startswith("#")]
    return chance.choice(places) if places else 0


def _value(chance: Random, lines: list[str]) -> None:
    at = _at(chance, lines, " = ")
    lines[at : at + 1] = [f"{lines[at].partition(' = ')[0]} = {chance.choice(VALUES)}"] if lines else []


def _key(chance: Random, lines: list[str]) -> None:
    at = _at(chance, lines, " = ")
    key, mark, value = lines[at].partition(" = ")
    lines[at] = chance.choice(
        (
            f"{key}x{mark}{value}",
            f'"{key}"{mark}{value}',
            f"{key}.a{mark}{value}",
            f"a.{key}{mark}{value}",
            f'""{mark}{value}',
        )
    )


def _drop(chance: Random, lines: list[str]) -> None:
    del lines[chance.randrange(len(lines))]
    lines[:] = lines or [""]


def _twice(chance: Random, lines: list[str]) -> None:
    at = chance.randrange(len(lines))
    lines[at:at] = lines[at : at + chance.choice((1, 1, 5, 20))]


def _move(chance: Random, lines: list[str]) -> None:
    lines.insert(chance.randrange(len(lines) + 1), lines.pop(chance.randrange(len(lines))))


def _header(chance: Random, lines: list[str]) -> None:
    at = _at(chance, lines, "[")
    lines[at] = chance.choice(
        (f"[{lines[at]}]", lines[at].replace("[[", "[").replace("]]", "]"), "[x]", "[[x.y]]", "[]", lines[at] + " x")
    )


def _odd(chance: Random, lines: list[str]) -> None:
    lines.insert(
        chance.randrange(len(lines) + 1), f"{chance.choice(('x', 'name', 'code'))} = {json.dumps(chance.choice(NASTY))}"
    )


NODES: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**400, "x", "", [], {}, [[]], [[[]]], [None], {"type": "Point", "coordinates": [0, 0]},
    "ML010501", [[-9, 13]], [["x", "y"]], [[[float("inf"), 1]]], [[[-9, 13], [-9, 14], [-8, 13]]], "Polygon",
    "MultiPolygon", "GeometryCollection",
)  # fmt: skip


def as_contours(chance: Random, good: Any) -> bytes:
    """Boundaries with up to four nodes of their tree replaced, lost or doubled."""
    tree = json.loads(json.dumps(good))
    for _ in range(chance.randrange(5)):
        _spoil(chance, tree)
    try:
        text = json.dumps(tree, ensure_ascii=chance.random() < 0.5)
    except (ValueError, RecursionError):
        text = "{"
    content = text.encode("utf-8", "surrogatepass")
    return (
        spoiled(chance, content, (b"\x00", b"[", b"]", b"{", b"}", b",", b"NaN", b"1e999", b"\xff", b"[" * 3000))
        if chance.random() < 0.3
        else content
    )


def _spoil(chance: Random, tree: Any) -> None:
    places = [
        (holder, key)
        for holder in _holders(tree)
        for key in (holder if isinstance(holder, dict) else range(len(holder)))
    ]
    if not places:
        return
    holder, key = chance.choice(places)
    what = chance.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[key] = chance.choice((*NODES, chance.choice(NASTY)))


def _holders(tree: Any) -> list[Any]:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return ([tree] if isinstance(tree, dict | list) else []) + [found for one in inner for found in _holders(one)]
