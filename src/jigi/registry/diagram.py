"""The entities and their relations, drawn: what is designated stands above what designates it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from html import escape
from itertools import groupby

from jigi.registry.dictionary import EXACTLY_ONE, ONE_AT_MOST, Entity, Relation

WIDTH, LINE, HEAD = 180, 17, 30
GAP, BETWEEN, MARGIN = 18, 96, 8
SHOWN = 4
"""Fields named in a box; the others are counted."""
LONGEST_NAME, LONGEST_LABEL = 23, 30
COLOURS = {"ink": "#1f1b16", "soft": "#6b6358", "paper": "#fffdf9", "sand": "#f7f2e8", "earth": "#8f3d16"}


@dataclass(frozen=True)
class _Box:
    """An entity in the drawing: its lines, and where it stands."""

    label: str
    lines: tuple[str, ...]
    own: bool
    x: float
    y: float

    @property
    def height(self) -> float:
        return HEAD + LINE * len(self.lines[1:]) + (6 if self.lines[1:] else 0)


def diagram(
    entities: Sequence[Entity], others: Mapping[str, Entity], *, title: str, standalone: bool = False, font: str = ""
) -> str:
    """The drawing as one <svg>: the entities with their first fields, and what they designate among `others`.

    Every text is escaped. On a page, boxes lead to the entities and colours are those of the style sheet;
    `standalone` makes a file of its own, in `font`.
    """
    links = _links(entities)
    rows = _rows({entity.label for entity in entities}, links)
    boxes = _placed(rows, {one.label: one for one in entities}, others)
    width = max(len(row) for row in rows) * (WIDTH + GAP) - GAP + 2 * MARGIN
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    body = [*_edges(links, boxes), *(_drawn(box, linked=not standalone) for box in boxes.values())]
    drawn = _svg(body, title, _said(entities, others, links), width, height, standalone, font)
    return _coloured(drawn, standalone)


def _links(entities: Sequence[Entity]) -> dict[tuple[str, str], list[Relation]]:
    """The relations between two different entities, those of one pair together."""
    found = sorted(
        (one for entity in entities for one in entity.relations if one.target != one.entity),
        key=lambda one: (one.entity, one.target),
    )
    return {pair: list(group) for pair, group in groupby(found, key=lambda one: (one.entity, one.target))}


def _rows(own: set[str], links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Each entity one row below the lowest that it designates; in a row, near what it designates."""
    below: dict[str, set[str]] = {label: set() for label in own}
    for source, target in links:
        below[source].add(target)
        below.setdefault(target, set())
    depths = {label: _depth(label, below, frozenset()) for label in below}
    rows = [sorted(label for label in depths if depths[label] == depth) for depth in sorted(set(depths.values()))]
    place = dict.fromkeys(rows[0], 0.0)
    for row in rows:
        row.sort(key=lambda label: (_mean([place[target] for target in below[label] if target in place]), label))
        place |= {label: (position + 0.5) / len(row) for position, label in enumerate(row)}
    return rows


def _depth(label: str, below: Mapping[str, set[str]], above: frozenset[str]) -> int:
    """How many rows stand over an entity; a circle of designations is cut where it closes."""
    seen = above | {label}
    return max((1 + _depth(target, below, seen) for target in below[label] - seen), default=0)


def _mean(places: Sequence[float]) -> float:
    return sum(places) / len(places) if places else 0.5


def _placed(rows: list[list[str]], own: Mapping[str, Entity], others: Mapping[str, Entity]) -> dict[str, _Box]:
    widest = max(len(row) for row in rows) * (WIDTH + GAP) - GAP
    boxes: dict[str, _Box] = {}
    y: float = MARGIN
    for row in rows:
        step = widest / len(row)
        for position, label in enumerate(row):
            x = MARGIN + step * position + (step - WIDTH) / 2
            lines = _lines(own[label]) if label in own else (_short(others[label].title, LONGEST_NAME),)
            boxes[label] = _Box(label, lines, label in own, x, y)
        y = max(boxes[label].y + boxes[label].height for label in row) + BETWEEN
    return boxes


def _lines(entity: Entity) -> tuple[str, ...]:
    """What a box says: the entity, its first fields, what it says of itself."""
    plain = [field.title for field in entity.fields if field.type != "lien" and field.code != "id"]
    shown = [_short(name, LONGEST_NAME) for name in plain[:SHOWN]]
    more = len(plain) - SHOWN
    itself = [f"↺ {_short(one.title, LONGEST_NAME - 2)}" for one in entity.relations if one.target == entity.label]
    return (_short(entity.title, LONGEST_NAME), *shown, *([f"… et {more} autres"] if more > 0 else []), *itself)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _edges(links: Mapping[tuple[str, str], list[Relation]], boxes: Mapping[str, _Box]) -> list[str]:
    arriving = {label: [pair for pair in links if pair[1] == label] for label in boxes}
    leaving = {label: [pair for pair in links if pair[0] == label] for label in boxes}
    for label in boxes:
        arriving[label].sort(key=lambda pair: boxes[pair[0]].x)
        leaving[label].sort(key=lambda pair: boxes[pair[1]].x)
    return [
        _edge(
            _port(boxes[source], leaving[source].index((source, target)), len(leaving[source])),
            boxes[source].y,
            _port(boxes[target], arriving[target].index((source, target)), len(arriving[target])),
            boxes[target].y + boxes[target].height,
            relations,
        )
        for (source, target), relations in links.items()
    ]


def _port(box: _Box, position: int, count: int) -> float:
    """Where the line numbered `position` of `count` meets a side of a box."""
    return box.x + WIDTH * (position + 1) / (count + 1)


def _edge(x: float, y: float, far_x: float, far_y: float, relations: Sequence[Relation]) -> str:
    """A line from what designates, up to what is designated, with its name and how many at each end."""
    middle = (y + far_y) / 2
    many = "1" if all(one.backward == ONE_AT_MOST for one in relations) else "n"
    one = "1" if all(one.forward == EXACTLY_ONE for one in relations) else "0..1"
    named = relations[0].title if len(relations) == 1 else f"{relations[0].title} et {len(relations) - 1} autres"
    return (
        f'<path d="M{x:.0f} {y:.0f}C{x:.0f} {middle:.0f} {far_x:.0f} {middle:.0f} {far_x:.0f} {far_y:.0f}" fill="none"'
        f' stroke="[soft]" stroke-width="1.4"/>'
        + _halo(x + 5, y - 6, many) + _halo(far_x + 5, far_y + 14, one)
        + _halo((x + far_x) / 2, middle + 4, _short(named, LONGEST_LABEL), "middle")
    )  # fmt: skip


def _halo(x: float, y: float, text: str, anchor: str = "start") -> str:
    """A text over lines: a broad pale one under it, since paper's renderers know no paint-order."""
    said = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="11.5"'
    under = 'fill="[paper]" stroke="[paper]" stroke-width="4" stroke-linejoin="round" aria-hidden="true"'
    return f'<text {said} {under}>{escape(text)}</text><text {said} fill="[soft]">{escape(text)}</text>'


def _drawn(box: _Box, *, linked: bool) -> str:
    dashed = "" if box.own else ' stroke-dasharray="4 3"'
    parts = [
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{WIDTH}" height="{box.height:.0f}" rx="6"'
        f' fill="{"[paper]" if box.own else "[sand]"}" stroke="[earth]" stroke-width="1.4"{dashed}/>'
    ]
    for number, line in enumerate(box.lines):
        weight = ' font-weight="600" font-size="14" fill="[ink]"' if number == 0 else ' font-size="12.5" fill="[soft]"'
        y = box.y + 20 + (LINE * number + 4 if number else 0)
        parts.append(f'<text x="{box.x + 10:.0f}" y="{y:.0f}"{weight}>{escape(line)}</text>')
    inside = "".join(parts)
    return f'<a href="#{escape(box.label.replace(".", "-"))}">{inside}</a>' if linked else inside


def _said(
    entities: Sequence[Entity], others: Mapping[str, Entity], links: Mapping[tuple[str, str], list[Relation]]
) -> str:
    """What the drawing shows, for who cannot see it; the relations stand in words under each entity too."""
    titles = {label: one.title for label, one in others.items()} | {one.label: one.title for one in entities}
    pairs = [f"{titles[source]} désigne {titles[target]}" for source, target in links]
    return f"{len(entities)} entités : {', '.join(one.title for one in entities)}. {'. '.join(pairs)}."


def _svg(
    body: Iterable[str], title: str, description: str, width: float, height: float, standalone: bool, font: str
) -> str:
    name = "schema-" + blake2s(f"{title}{description}".encode(), digest_size=4).hexdigest()
    size = f'xmlns="http://www.w3.org/2000/svg" font-family="{escape(font)}" ' if standalone else ""
    return (
        f'<svg class="schema" {size}width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' role="group" aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{"".join(body)}</svg>'
    )


def _coloured(drawn: str, standalone: bool) -> str:
    for name, colour in COLOURS.items():
        drawn = drawn.replace(f'"[{name}]"', f'"{colour if standalone else f"var(--{name})"}"')
    return drawn
