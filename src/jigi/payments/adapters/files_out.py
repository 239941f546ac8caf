"""Orders in the file agreed with one agency: CSV, XLSX or fixed width, its first and last lines declaring it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import xlsxwriter

from jigi.foundation.cells import neutralise
from jigi.foundation.clear import clear_folder
from jigi.foundation.errors import InputError, Refused
from jigi.payments.adapters import files_seal
from jigi.payments.adapters.channel_file import read_channel
from jigi.payments.adapters.files_mapping import AMOUNTS, Cell, Files, named
from jigi.payments.models import AgencyChannel, PaymentRound
from jigi.payments.order_columns import AMOUNT, HEADER
from jigi.programmes.models import Agency

_INTERNATIONAL = re.compile(r"\+\d+", re.ASCII)


def channel_of(agency: Agency) -> tuple[AgencyChannel, Files]:
    """What is agreed with an agency. Refused when no files are."""
    channel = AgencyChannel.objects.filter(agency=agency, kind=AgencyChannel.Kind.FILES).first()
    if channel is None:
        raise Refused(
            f"Aucune forme de fichier n’est convenue avec {agency}",
            remedy="Prenez le fichier CSV ou Excel, ou faites régler l’échange : jigi payments exchange.",
        )
    files = read_channel(channel.said, channel.file_name).files
    assert files is not None
    return channel, files


def file_name(payment_round: PaymentRound, agency: Agency) -> str:
    """The name that the agency expects; « .age » is added to what is sealed to it."""
    _, files = channel_of(agency)
    name = named(files.orders.name, tour=payment_round.pk, agence=agency.code, jour=_day(payment_round, "%Y%m%d"))
    return f"{name}.age" if files.seal.recipient and not files.seal.password else name


class Writer:
    """Writes the lines of orders of one round as an agency reads them. Counts stand first: lines wait on disk."""

    def __init__(self, payment_round: PaymentRound, agency: Agency) -> None:
        self._channel, self._files = channel_of(agency)
        self._orders = self._files.orders
        self._facts = {
            "jour": _day(payment_round, self._orders.dates), "tour": str(payment_round.pk), "agence": agency.code
        }  # fmt: skip

    def __call__(self, path: Path, rows: Iterator[list[str]]) -> tuple[int, int]:
        with clear_folder("ordres") as folder:
            kept, clear = folder / "lignes", folder / "fichier"
            lines = total = 0
            with kept.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                for row in rows:
                    writer.writerow(row)
                    lines += 1
                    total += int(row[AMOUNT])
            facts = {**self._facts, "lignes": str(lines), "total_fcfa": str(total)}
            with kept.open(encoding="utf-8", newline="") as file:
                read = csv.reader(file)
                (self._workbook if self._orders.form == "xlsx" else self._text)(clear, read, facts)
            files_seal.close(clear, path, self._files.seal, self._channel)
        return lines, total

    def _lines(
        self, rows: Iterator[Sequence[str]], facts: dict[str, str]
    ) -> Iterator[tuple[Sequence[Cell], list[str]]]:
        """Every line of the file, in order: its columns, and their values."""
        orders = self._orders
        if orders.first:
            yield orders.first, [one.constant or facts[one.value] for one in orders.first]
        for row in rows:
            values = {**dict(zip(HEADER, row, strict=False)), "jour": facts["jour"]}
            yield orders.columns, [one.constant or values[one.value] for one in orders.columns]
        if orders.last:
            yield orders.last, [one.constant or facts[one.value] for one in orders.last]

    def _text(self, path: Path, rows: Iterator[Sequence[str]], facts: dict[str, str]) -> None:
        orders = self._orders
        with path.open("w", encoding=orders.encoding, newline="") as file:
            writer = csv.writer(file, delimiter=orders.delimiter, lineterminator=orders.end)
            try:
                if orders.titles and orders.form == "csv" and not orders.first:
                    writer.writerow([one.title for one in orders.columns])
                for cells, values in self._lines(rows, facts):
                    said = [_said(cell, value) for cell, value in zip(cells, values, strict=True)]
                    if orders.form == "fixed":
                        fitted = [_fitted(c, text, values[0]) for c, text in zip(cells, said, strict=True)]
                        file.write("".join(fitted) + orders.end)
                    else:
                        writer.writerow([_harmless(text) for text in said])
            except UnicodeEncodeError as error:
                raise InputError(
                    f"« {error.object[error.start : error.end]} » ne s’écrit pas en {orders.encoding}",
                    why="C’est l’encodage convenu avec l’agence", remedy="Convenez avec elle de utf-8.",
                ) from None  # fmt: skip

    def _workbook(self, path: Path, rows: Iterator[Sequence[str]], facts: dict[str, str]) -> None:
        with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book:
            book.set_properties({"created": datetime(2000, 1, 1)})
            sheet, text, line = book.add_worksheet("Ordres"), book.add_format({"num_format": "@"}), 0
            if self._orders.titles and not self._orders.first:
                sheet.write_row(0, 0, [one.title for one in self._orders.columns])
                line = 1
            for cells, values in self._lines(rows, facts):
                for column, (cell, value) in enumerate(zip(cells, values, strict=True)):
                    if cell.value in ("montant_fcfa", "total_fcfa", "lignes") and cell.amount == "plain":
                        sheet.write_number(line, column, int(value))
                    else:
                        sheet.write_string(line, column, _harmless(_said(cell, value)), text)
                line += 1


def _said(cell: Cell, value: str) -> str:
    if cell.value not in ("montant_fcfa", "total_fcfa"):
        return " ".join(value.split()) if not cell.constant else value
    between, after = AMOUNTS[cell.amount]
    return f"{int(value):,}".replace(",", between) + after


def _fitted(cell: Cell, text: str, reference: str) -> str:
    """A text at its width. Names are cut; what identifies or counts is never: Refused when it does not fit."""
    if len(text) > cell.width:
        if cell.value not in ("allocataire", "site_de_paiement", "tour", "nature"):
            raise Refused(
                f"« {cell.value or cell.title} » de « {reference} » ne tient pas sur {cell.width} caractères",
                remedy="Convenez d’une colonne plus large : rien n’est coupé d’un numéro ni d’un montant.",
            )
        text = text[: cell.width]
    return text.rjust(cell.width, cell.pad) if cell.right else text.ljust(cell.width, cell.pad)


def _harmless(text: str) -> str:
    return text if _INTERNATIONAL.fullmatch(text) else neutralise(text)


def _day(payment_round: PaymentRound, form: str) -> str:
    released = payment_round.released_at
    with suppress(ValueError):
        return released.strftime(form) if released else ""
    return ""
