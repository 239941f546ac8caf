"""Files that Excel opens in French: semicolons, a byte-order mark, and no cell that runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.http import StreamingHttpResponse
from django.utils import timezone

from jigi.foundation.cells import neutralise

BOM = "\ufeff"


def csv_response(name: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A file of rows sent as they are read: semicolons and a byte-order mark, for Excel in French."""
    response = StreamingHttpResponse(csv_lines(headers, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def csv_lines(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of such a file, the first with the headers."""
    yield BOM + _csv_line(headers)
    for row in rows:
        yield _csv_line([_written(value) for value in row])


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
