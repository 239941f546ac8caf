"""Files that Excel opens in French: semicolons, a byte-order mark, and no cell that runs as a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone

from jigi.foundation import slots
from jigi.foundation.cells import neutralise

BOM = "\ufeff"


BUSY = "Trop de fichiers se préparent en ce moment"


class _Sending:
    """Lines on their way out, that hold one of the places of exports until the last, or until the reader leaves."""

    def __init__(self, lines: Iterator[str], give_back: Callable[[], None]) -> None:
        self._lines, self._give_back = lines, give_back

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self._lines
        finally:
            self.close()

    def close(self) -> None:
        self._give_back()

    def __del__(self) -> None:
        self.close()


def csv_response(
    name: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, pool: str = "export"
) -> StreamingHttpResponse:
    """A file of rows that are all at hand: semicolons and a byte-order mark, for Excel in French.

    Raises Busy when as many of its `pool` are being sent as the site allows at once.
    """
    return csv_stream(name, headers, [rows], pool=pool)


def csv_stream(
    name: str, headers: Sequence[str], pieces: Iterable[Iterable[Sequence[object]]], *, pool: str = "export"
) -> StreamingHttpResponse:
    """The same, sent piece by piece as they are read: each piece is read, and noted, in a transaction of its own."""
    give_back = slots.take(pool, settings.MOST_EXPORTS, busy=BUSY)
    sending = _Sending(csv_pieces(headers, pieces), give_back)
    response = StreamingHttpResponse(sending, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def csv_pieces(headers: Sequence[str], pieces: Iterable[Iterable[Sequence[object]]]) -> Iterator[str]:
    """The text of such a file, a piece at a time, the headers with the first."""
    lines = BOM + _csv_line(headers)
    for piece in pieces:
        yield lines + "".join(_csv_line([_written(value) for value in row]) for row in piece)
        lines = ""
    if lines:
        yield lines


def _csv_line(cells: Sequence[str]) -> str:
    return ";".join(_quoted(neutralise(cell)) for cell in cells) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ';"\r\n') else cell


def _written(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case datetime():
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case float():
            return f"{value:.6g}".replace(".", ",")
        case _:
            return str(value)
