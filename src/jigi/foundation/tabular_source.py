"""What the readers of text and of workbooks share: the limits, and what they give to the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jigi.foundation.errors import InputError

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much of a file is accepted. Sizes are bytes after decompression."""

    max_rows: int = 30_000_000
    """A whole country of persons in one file; what comes by the site is held by the size of a post long before."""
    max_columns: int = 700
    max_bytes: int = 4096 * MIB
    max_ratio: int = 250
    """Largest growth at decompression that a file of more than `ratio_from` bytes may have."""
    ratio_from: int = 64 * MIB
    max_entries: int = 2_000
    """Parts inside a workbook."""
    max_index_bytes: int = 16 * MIB
    """The parts of a workbook that name its sheets."""
    max_cells: int = 25_000_000
    """Rows × columns of a workbook's sheet, which is held in memory (about 100 bytes each)."""

    def swollen(self, packed: int, unpacked: int) -> bool:
        """Whether this growth is a bomb's rather than a table's."""
        return unpacked > self.ratio_from and unpacked > self.max_ratio * max(packed, 1)


@dataclass
class Source:
    """An opened file: its rows not yet checked against a header, with physical line numbers."""

    rows: Iterator[tuple[int, list[str]]]
    progress: Callable[[], tuple[int, int]]
    close: Callable[[], None]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def bomb(file: object, why: str) -> InputError:
    """The refusal of a file that would swell beyond reason."""
    return InputError(
        "Le fichier compressé enfle démesurément",
        file=str(file),
        why=why,
        remedy="Il n’a pas été ouvert. Demandez à l’expéditeur le tableau en CSV",
    )
