"""Every list of the site: filtered, sorted, paged by key, printed, and exported as a file that Excel opens.

A page is asked by the key of the row it follows, never by a number of rows to skip, so that the last page of
a million rows costs what the first one does. A filter with an unknown value shows nothing: never everything.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.html import format_html

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.web import formats
from jigi.web.account.step_up import require_proof
from jigi.web.export import csv_stream
from jigi.web.reader import rights_of, user_of

Row = Any
Kind = Literal["text", "number", "xof", "day", "moment"]

PAGE_ROWS = 50
EXPORTED_ROWS = 2_000
"""Rows of an exported file that are read, noted in the audit and sent together."""
PRINTED_ROWS = 2_000
COUNTED_ROWS = 10_000
"""Beyond this many the page says « plus de 10 000 »: counting a whole table at every page is not worth it."""

_FORMATS: dict[str, Callable[[Any], str]] = {
    "number": formats.number, "xof": formats.xof, "day": formats.short_day, "moment": formats.short_moment,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: `value` is what the exported file holds, written on the screen by its kind or by `cell`.

    `sort` is the field that orders the list by this column; it must never be null. `link` gives the address
    that the cell leads to. A column that is not `on_screen` is in the exported file only.
    """

    code: str
    header: str
    value: Callable[[Row], object]
    kind: Kind = "text"
    sort: str = ""
    link: Callable[[Row], str] | None = None
    cell: Callable[[Row], str] | None = None
    on_screen: bool = True

    @property
    def css(self) -> str:
        """Figures stand to the right; dates hold on one line."""
        return {"number": "num", "xof": "num", "day": "when", "moment": "when"}.get(self.kind, "")

    def shown(self, row: Row) -> str:
        if self.cell:
            return self.cell(row)
        value = self.value(row)
        text = _FORMATS[self.kind](value) if self.kind in _FORMATS else "" if value is None else str(value)
        return format_html('<a href="{}">{}</a>', self.link(row), text) if self.link and text else text


@dataclass(frozen=True)
class Filter:
    """A choice above the list (`choices`: code and label) or, without choices, a text that `apply` reads."""

    code: str
    label: str
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]
    choices: Sequence[tuple[str, str]] | None = None
    placeholder: str = ""

    def keep(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if self.choices is not None and value not in {code for code, _ in self.choices}:
            return rows.none()
        return self.apply(rows, value)


@dataclass(frozen=True)
class Page:
    """What a list shows now, ready for `listing/list.html`."""

    listing: Listing
    rows: list[list[tuple[Column, str]]]
    headers: list[dict[str, str]]
    filters: list[dict[str, Any]]
    total: int
    before: str
    after: str
    printing: bool
    given: bool = True
    """Whether this person may print it or take it as a file."""

    @property
    def count(self) -> str:
        if self.total > COUNTED_ROWS:
            return f"plus de {formats.counted(COUNTED_ROWS, *self.listing.noun)}"
        return formats.counted(self.total, *self.listing.noun)

    @property
    def filtered(self) -> bool:
        return any(shown["value"] for shown in self.filters)

    @property
    def worth_filtering(self) -> bool:
        """Whether there is something to choose from: not above a list that is empty by itself."""
        return bool(self.rows) or self.filtered

    @property
    def cut(self) -> bool:
        """Whether a printed list leaves rows out."""
        return self.printing and bool(self.after)


@dataclass(frozen=True)
class Listing:
    """A list: its columns and filters, the column it starts sorted by (« -code » for the last first).

    `noun` is what a row is, in the singular and the plural; `file_name` the exported file's, without suffix.
    `subject` gives the number of the household that a row speaks of (None: a row that speaks of none): every page,
    print and export of such a list leaves a row of the audit that names them. A list without it holds no personal
    data.
    """

    noun: tuple[str, str]
    file_name: str
    columns: Sequence[Column]
    order: str
    filters: Sequence[Filter] = field(default=())
    empty: str = "Rien ici pour le moment."
    subject: Callable[[Row], int | None] | None = None
    taken_with: str = ""
    """The right that printing and exporting ask for, besides those of the page; "" for none."""

    def respond(
        self, request: HttpRequest, rows: QuerySet[Any], template: str, context: dict[str, Any] | None = None
    ) -> HttpResponse | StreamingHttpResponse:
        """The page, or the file when `?format=csv` is asked; the template gets `page`."""
        if ("imprimer" in request.GET or "format" in request.GET) and not self._given(request):
            raise Http404
        if request.GET.get("format") == "csv":
            # Back to the list, not to the file: a page that only downloads would leave the person at the proof.
            require_proof(request, back=_without_format(request))
            return self._exported(request, rows)
        return render(request, template, {**(context or {}), "page": self.page(request, rows)})

    def page(self, request: HttpRequest, rows: QuerySet[Any]) -> Page:
        """The rows that the address asks for, among those given."""
        found = self.filtered(request, rows)
        printing = "imprimer" in request.GET
        limit = PRINTED_ROWS if printing else PAGE_ROWS
        shown, before, after = self._cut(request, found, limit)
        self._note("print" if printing else self._verb(request), request, shown)
        return Page(
            listing=self,
            rows=[[(column, column.shown(row)) for column in self._on_screen] for row in shown],
            headers=self._headers(request),
            filters=self._shown_filters(request),
            total=found.order_by()[: COUNTED_ROWS + 1].count() if before or after else len(shown),
            before=before,
            after=after,
            printing=printing,
            given=self._given(request),
        )

    def _given(self, request: HttpRequest) -> bool:
        return not self.taken_with or self.taken_with in rights_of(request)

    def filtered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only the rows that the filters of the address keep."""
        for choice in self.filters:
            if value := request.GET.get(choice.code, "").strip():
                rows = choice.keep(rows, value)
        return rows

    def _exported(self, request: HttpRequest, rows: QuerySet[Any]) -> StreamingHttpResponse:
        if self.subject is None:
            audit.record("export", "list", self.file_name, by=user_of(request), after=_asked(request))
        pieces = self._pieces(request, self.filtered(request, rows), audit.origin())
        return csv_stream(self.file_name, [column.header for column in self.columns], pieces)

    def _pieces(self, request: HttpRequest, rows: QuerySet[Any], place: str) -> Iterator[list[list[object]]]:
        """All rows in order, some thousands at a time; each piece is noted before it is given."""
        column, descending = self._order(request)
        sign = "-" if descending else ""
        ordered = rows.order_by(f"{sign}{column.sort}", f"{sign}pk")
        piece, number = list(ordered[:EXPORTED_ROWS]), 1
        while True:
            with audit.acting_from(place):
                self._note("export", request, piece, part=number)
            yield [[column.value(row) for column in self.columns] for row in piece]
            if len(piece) < EXPORTED_ROWS:
                return
            last = (_value(piece[-1], column.sort), piece[-1].pk)
            piece = list(ordered.filter(_beyond(column.sort, last, upwards=not descending))[:EXPORTED_ROWS])
            number += 1

    def _note(self, verb: str, request: HttpRequest, rows: Sequence[Row], **facts: Any) -> None:
        """Leave a row of the audit that names the households of these rows."""
        if self.subject is None:
            return
        subjects = [number for number in map(self.subject, rows) if number is not None]
        after = {**_asked(request), "rows": len(rows), **facts}
        audit.read(verb, "list", self.file_name, by=user_of(request), subjects=subjects, after=after)

    def _verb(self, request: HttpRequest) -> str:
        return "search" if any(shown["value"] for shown in self._shown_filters(request)) else "list"

    def _cut(self, request: HttpRequest, rows: QuerySet[Any], limit: int) -> tuple[list[Row], str, str]:
        """The rows of the page, and the keys that ask for those before and after it ("" at the ends)."""
        column, descending = self._order(request)
        after, before = request.GET.get("apres", ""), request.GET.get("avant", "")
        backwards = bool(before) and not after
        sign = "-" if descending != backwards else ""
        try:
            if key := after or before:
                rows = rows.filter(_beyond(column.sort, _read_key(key), upwards=descending == backwards))
            found = list(rows.order_by(f"{sign}{column.sort}", f"{sign}pk")[: limit + 1])
        except (ValidationError, ValueError, TypeError):
            raise _bad_key() from None
        more = len(found) > limit
        found = found[:limit]
        if backwards:
            found.reverse()
        if not found:
            return [], "", ""
        has_before, has_after = (more, True) if backwards else (bool(after), more)
        first, last = _key(found[0], column.sort), _key(found[-1], column.sort)
        return found, first if has_before else "", last if has_after else ""

    @property
    def _on_screen(self) -> list[Column]:
        return [column for column in self.columns if column.on_screen]

    def _order(self, request: HttpRequest) -> tuple[Column, bool]:
        asked = request.GET.get("tri", "") or self.order
        sortable = {column.code: column for column in self.columns if column.sort}
        column = sortable.get(asked.removeprefix("-"))
        if column is None:
            asked, column = self.order, sortable[self.order.removeprefix("-")]
        return column, asked.startswith("-")

    def _headers(self, request: HttpRequest) -> list[dict[str, str]]:
        ordering, descending = self._order(request)
        headers = []
        for column in self._on_screen:
            here = column.code == ordering.code
            headers.append(
                {
                    "label": column.header,
                    "class": column.css,
                    "sort": f"-{column.code}" if here and not descending else column.code,
                    "aria": ("descending" if descending else "ascending") if here else "",
                    "sortable": "1" if column.sort else "",
                }
            )
        return headers

    def _shown_filters(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [{"filter": one, "value": request.GET.get(one.code, "").strip()} for one in self.filters]


def _without_format(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop("format", None)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _key(row: Model, path: str) -> str:
    """The place of a row in the order of a field, as it stands in the address of the next page."""
    text = json.dumps([_value(row, path), row.pk], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: Model, path: str) -> Any:
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name)
    return value


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for; the audit keeps telephones and documents cut to their end."""
    paging = ("apres", "avant", "format", "imprimer")
    asked = {name: text for name, text in request.GET.items() if text and name not in paging}
    return {"asked": asked} if asked else {}


def _read_key(key: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        return value, int(pk)
    except (ValueError, TypeError, binascii.Error):
        raise _bad_key() from None


def _bad_key() -> InputError:
    return InputError("L’adresse de cette page est abîmée", remedy="Revenez au début de la liste.")


def _beyond(path: str, key: tuple[Any, int], *, upwards: bool) -> Q:
    """Rows after a key. The first condition is implied by the second: it is there for the index."""
    value, pk = key
    near, far = ("lte", "lt") if not upwards else ("gte", "gt")
    return Q(**{f"{path}__{near}": value}) & (Q(**{f"{path}__{far}": value}) | Q(**{path: value, f"pk__{far}": pk}))
