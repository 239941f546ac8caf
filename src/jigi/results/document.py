"""A document as blocks, before it is set on paper or written for a word processor. Every figure bears the numbers of
its notes: the annex says, for each, the indicator, the snapshot, the day and the statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A text with the numbers of its notes."""

    text: str
    notes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Grid:
    """A table: its title, its headers, its rows; the first column is text, the others stand to the right.

    `wide` gives every column to text.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]
    wide: bool = False


@dataclass(frozen=True)
class Drawing:
    """A chart or a map: its title and a standalone SVG."""

    title: str
    svg: str


Block = Heading | Paragraph | Grid | Drawing


@dataclass(frozen=True)
class Document:
    """The whole: `facts` are the lines under its title, `foot` what every page repeats."""

    title: str
    subtitle: str
    facts: tuple[str, ...]
    foot: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """Every word of it, for who looks for one."""
        return "\n".join(
            [self.title, self.subtitle, *self.facts, *(line for one in self.blocks for line in _words(one))]
        )


def paragraph(*said: str | Piece) -> Paragraph:
    return Paragraph(tuple(one if isinstance(one, Piece) else Piece(one) for one in said))


def grid(title: str, headers: Sequence[str], rows: Sequence[Sequence[str | Piece]], *, wide: bool = False) -> Grid:
    cells = tuple(tuple(one if isinstance(one, Piece) else Piece(one) for one in row) for row in rows)
    return Grid(title, tuple(headers), cells, wide)


def _words(block: Block) -> list[str]:
    match block:
        case Heading(text=text) | Drawing(title=text):
            return [text]
        case Paragraph(pieces=pieces):
            return ["".join(one.text for one in pieces)]
        case Grid():
            return [
                block.title,
                " | ".join(block.headers),
                *(" | ".join(one.text for one in row) for row in block.rows),
            ]
