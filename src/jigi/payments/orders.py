"""The order file of a round for one agency: CSV or XLSX, streamed, with its declared count, total and hash."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.bulk import copying_out, from_copy, statement
from jigi.foundation.cells import neutralise
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.vault import Vault
from jigi.geography.access import organisations_with, require
from jigi.geography.models import Area
from jigi.payments.adapters import files_out, iso20022_out
from jigi.payments.models import Instruction, OrderFile, PaymentRound, SitePlan
from jigi.payments.on_their_way import on_their_way
from jigi.payments.order_columns import ACCOUNT, AMOUNT, HEADER, PHONE
from jigi.programmes.models import Agency

Writer = Callable[[Path, Iterator[list[str]]], tuple[int, int]]
"""Writes lines of orders to a file: how many, and their total in FCFA."""
_INTERNATIONAL = re.compile(r"\+\d+", re.ASCII)


@unfenced
def write_orders(payment_round: PaymentRound, agency: Agency, folder: Path, *, format: str, by: User) -> OrderFile:
    """Write the orders of a released round for one agency, and beside them the slip that declares them.

    `format` is « csv » (UTF-8 with BOM, semicolons: Excel opens it), « xlsx », « pain001 » where the agency speaks
    ISO 20022, « agency » where files are agreed with it. Writing again gives the same lines and the same references:
    an order sent twice is the same order.
    """
    with transaction.atomic():
        # Held against who gives the same orders by machine.
        PaymentRound.objects.select_for_update(no_key=True).get(pk=payment_round.pk)
        check_may_leave(payment_round, agency, by)
        _refuse_paid_by_hand(payment_round, agency, format)
        lines, total, digest = _written(payment_round, agency, folder, format)
        name = file_name(payment_round, agency, format)
        order_file = OrderFile.objects.create(
            payment_round=payment_round, agency=agency, format=format, file_name=name, lines=lines, total_xof=total,
            file_hash=digest, made_by=by,
        )  # fmt: skip
        facts = {"file": name, "lines": lines, "total_xof": total, "sha256": digest}
        subjects = _households(payment_round, agency)
        audit.read("export", "order_file", order_file.pk, by=by, after=facts, subjects=subjects)
    return order_file


@unfenced
def write_again(payment_round: PaymentRound, agency: Agency, folder: Path, *, format: str, by: User) -> None:
    """Write a file that was recorded, for a person whose link dropped while it was sent; the audit says so."""
    check_may_leave(payment_round, agency, by)
    _refuse_paid_by_hand(payment_round, agency, format)
    _, _, digest = _written(payment_round, agency, folder, format)
    same = OrderFile.objects.filter(payment_round=payment_round, agency=agency, format=format)
    facts = {"file": file_name(payment_round, agency, format), "sha256": digest, "again": True}
    number = same.order_by("id").values_list("pk", flat=True).last()
    audit.read("export", "order_file", number, by=by, after=facts, subjects=_households(payment_round, agency))


def _households(payment_round: PaymentRound, agency: Agency) -> Iterable[int]:
    orders = Instruction.objects.filter(payment_round=payment_round, agency=agency).exclude(status="held")
    return orders.order_by("household_id").values_list("household_id", flat=True).distinct()


def file_name(payment_round: PaymentRound, agency: Agency, format: str) -> str:
    if format == "agency":
        return files_out.file_name(payment_round, agency)
    extension = {"pain001": "pain001.xml"}.get(format, format)
    return f"ordres-tour{payment_round.pk}-{agency.code}.{extension}"


def check_may_leave(payment_round: PaymentRound, agency: Agency, by: User) -> None:
    communes = Area.objects.filter(pk__in=payment_round.communes.values("commune"))
    programme = payment_round.component.programme.code
    if agency.code not in organisations_with(by, "payments.agency", programme=programme):
        require(by, "payments.see", areas=communes, programme=programme)
    if payment_round.status not in ("released", "closed"):
        raise Refused(
            "Les ordres partent après la libération",
            remedy=f"Ce tour est « {payment_round.get_status_display()} ».",
        )
    if on_their_way(payment_round, agency):
        raise Refused(
            f"Les ordres de {agency} sont déjà partis par machine",
            why="Le même ordre envoyé par deux voies serait payé deux fois.",
            remedy="Suivez l’envoi, ou retirez-le tant qu’il n’est pas libéré.",
        )


def pays_accounts(agency: Agency, format: str) -> bool:
    """Whether who receives a file of this format pays accounts by it, with no person in front: a bank, a wallet."""
    return format == "pain001" or agency.kind in (Agency.Kind.BANK, Agency.Kind.WALLET)


def _refuse_paid_by_hand(payment_round: PaymentRound, agency: Agency, format: str) -> None:
    """Refused while lists of pay points stand: cashiers would hand over what the file pays."""
    planned = SitePlan.objects.filter(payment_round=payment_round, agency=agency)
    if pays_accounts(agency, format) and planned.exists():
        raise Refused(
            f"Les ordres de {agency} se paient à ses sites pour ce tour",
            why="Le même ordre serait payé deux fois.",
            remedy="Retirez le plan des sites, tant qu’aucune liste n’est sortie.",
        )  # fmt: skip


def _written(payment_round: PaymentRound, agency: Agency, folder: Path, format: str) -> tuple[int, int, str]:
    """Write the file and its slip; its lines, its total in FCFA, its SHA-256."""
    path = folder / file_name(payment_round, agency, format)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(lines_of_orders(payment_round, agency)) as rows:
            lines, total = _writer(payment_round, agency, format)(path, rows)
        if not lines:
            raise Refused(
                f"Aucun ordre de ce tour n’est à envoyer à {agency} par fichier",
                why="Ils lui ont été donnés par machine.", remedy="Suivez l’envoi sur sa page.",
            )  # fmt: skip
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        _write_slip(path, lines, total, digest, payment_round.list_hash)
    except JigiError:
        path.unlink(missing_ok=True)
        raise
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise InputError("Le fichier d’ordres ne peut être écrit", file=path, why=str(error.strerror)) from error
    return lines, total, digest


def lines_of_orders(payment_round: PaymentRound, agency: Agency) -> Generator[list[str], None, None]:
    """The lines as they are sent. Raises JigiError when an account is not the one its frozen line promised."""
    query, keeper = statement("payments", "order_lines"), vault()
    wrong: JigiError | None = None
    with copying_out(query, {"round": payment_round.pk, "agency": agency.pk}) as rows:
        for row in rows:
            if wrong:
                continue  # leaving a COPY half read would spoil the caller's transaction
            try:
                cells = _opened(row, keeper)
            except JigiError as error:
                wrong = error
            else:
                *line, agreement = (cell or "" for cell in cells)
                yield [*line, payment_round.list_hash, agreement]
    if wrong:
        raise wrong


def _opened(row: tuple[Any, ...], keeper: Vault) -> list[str]:
    *cells, promised = row
    if not cells[ACCOUNT].removeprefix("\\x") and from_copy(promised):
        raise Refused(
            f"Le compte de l’ordre {cells[0]} a été effacé à la demande de la personne",
            why="Ce tour est clos et cet ordre est réglé",
            remedy="Le fichier envoyé en son temps fait foi : son empreinte est dans la trace.",
        )
    cells[PHONE] = keeper.unseal("phone", from_copy(cells[PHONE]))
    cells[ACCOUNT] = keeper.unseal("account", from_copy(cells[ACCOUNT]))
    if keeper.index("account", cells[ACCOUNT]) != from_copy(promised):
        raise Refused(
            f"Le compte de l’ordre {cells[0]} n’est pas celui de la liste gelée",
            why="La valeur chiffrée a été remplacée dans la base",
            remedy="Aucun fichier ne part : prévenez l’auditeur.",
        )
    return cells


def _shown(row: list[str]) -> list[str]:
    """What a spreadsheet may open of a line."""
    return [_harmless(cell) for cell in row[: len(HEADER)]]


def _harmless(cell: str) -> str:
    # An agency pays the account that is written: « +223… » runs nothing, an apostrophe would change it.
    return cell if _INTERNATIONAL.fullmatch(cell) else neutralise(cell)


def _write_csv(path: Path, rows: Iterator[list[str]]) -> tuple[int, int]:
    lines = total = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for row in rows:
            writer.writerow(_shown(row))
            lines += 1
            total += int(row[AMOUNT])
    return lines, total


def write_xlsx(path: Path, rows: Iterator[list[str]]) -> tuple[int, int]:
    """Write lines of orders to a workbook, one at a time; how many, and their total in FCFA."""
    lines = total = 0
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book:
        # The same orders make the same bytes, whenever they are written.
        book.set_properties({"created": datetime(2000, 1, 1)})
        sheet = book.add_worksheet("Ordres")
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(HEADER) - 1, 18)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, HEADER, book.add_format({"bold": True}))
        for row in rows:
            lines += 1
            total += int(row[AMOUNT])
            for column, cell in enumerate(_shown(row)):
                if column == AMOUNT:
                    sheet.write_number(lines, column, int(cell))
                else:
                    sheet.write_string(lines, column, cell, text)
    return lines, total


_WRITERS: dict[str, Writer] = {"csv": _write_csv, "xlsx": write_xlsx}


def _writer(payment_round: PaymentRound, agency: Agency, format: str) -> Writer:
    """What writes a format. Raises Refused when the agency does not speak it."""
    if format == "pain001":
        return iso20022_out.writer(payment_round, agency)
    if format == "agency":
        return files_out.Writer(payment_round, agency)
    return _WRITERS[format]


def _write_slip(path: Path, lines: int, total: int, digest: str, list_hash: str) -> None:
    slip = path.with_name(path.name + ".bordereau.csv")
    with slip.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["fichier", "lignes", "total_fcfa", "empreinte_sha256", "empreinte_liste"])
        writer.writerow([path.name, lines, total, digest, list_hash])
