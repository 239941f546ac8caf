"""A table of the accounts as a file: CSV, or a workbook whose amounts are numbers and whose texts run nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from xlsxwriter import Workbook

from jigi.foundation import audit
from jigi.foundation.cells import neutralise
from jigi.foundation.models import User
from jigi.web.export import csv_response

Table = Iterable[Sequence[object]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported(
    request: HttpRequest, name: str, headers: Sequence[str], rows: Table, *, by: User
) -> HttpResponseBase | None:
    """The file that `?format=` asks for, noted in the audit; None when a page is asked."""
    match request.GET.get("format"):
        case "csv":
            audit.record("export", "ledger", name, by=by)
            return csv_response(name, headers, rows)
        case "xlsx":
            audit.record("export", "ledger", name, by=by)
            return xlsx_response(name, headers, rows)
    return None


def xlsx_response(name: str, headers: Sequence[str], rows: Table) -> HttpResponse:
    """A workbook of one sheet: texts are written as texts (never a formula or a link), francs as numbers."""
    response = HttpResponse(workbook(headers, rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.xlsx"'
    return response


def workbook(headers: Sequence[str], rows: Table) -> bytes:
    """The bytes of such a workbook."""
    content = BytesIO()
    with Workbook(content, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet("Relevé")
        amount, bold = book.add_format({"num_format": "#,##0"}), book.add_format({"bold": True, "text_wrap": True})
        sheet.set_column(0, len(headers) - 1, 18)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_string(line, column, "oui" if value else "non")
                elif isinstance(value, float):
                    sheet.write_number(line, column, value)
                elif isinstance(value, int):
                    sheet.write_number(line, column, value, amount)
                elif isinstance(value, float):
                    sheet.write_number(line, column, value)
                else:
                    sheet.write_string(line, column, "" if value is None else neutralise(str(value)))
    return content.getvalue()
