"""Return files of agencies: read as they come, every line given an outcome, money moved once."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.cells import as_date, as_integer
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import Table, open_table
from jigi.foundation.vault import discreet
from jigi.geography.access import require
from jigi.ledger import actions as ledger
from jigi.payments import answers, pipeline, queries
from jigi.payments.incoming import Answers
from jigi.payments.models import ReturnFile, ReturnLine
from jigi.programmes.models import Agency

COLUMNS = {
    "reference": ("reference", "ref", "reference ordre", "numero ordre"),
    "status": ("statut", "status", "etat", "resultat"),
    "amount": ("montant_fcfa", "montant", "montant fcfa", "somme"),
    "date": ("date", "date paiement", "date_paiement"),
    "reason": ("motif", "observation", "commentaire"),
    "agency_reference": ("reference_agence", "reference agence", "transaction"),
}
SAID = {
    "paye": "paid", "payee": "paid", "payes": "paid", "ok": "paid", "execute": "paid",
    "absent": "absent", "absente": "absent", "non retire": "absent",
    "refuse": "refused", "refusee": "refused", "rejete": "refused", "echec": "refused",
    "annule": "reversed", "annulee": "reversed", "extourne": "reversed",
}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True)
class Reconciliation:
    """What a return file brought; `known` when the same file had been taken before and nothing was done."""

    return_file: ReturnFile
    known: bool


@pipeline.in_turn
def reconcile(path: Path, agency: Agency, *, by: User) -> Reconciliation:
    """Take a return file of an agency (CSV or XLSX, else in the form agreed with it) in one transaction.

    Lines that can't be matched become exceptions for a person; they never stop the others. The same file given
    again changes nothing. Raises InputError when the file is not a table with the needed columns.
    """
    _require(by, agency)
    with ExitStack() as opened:
        spoken = answers.spoken(path, agency, opened)
        table = opened.enter_context(open_table(path)) if spoken is None else None
        digest = _hash(path)
        known = ReturnFile.objects.filter(agency=agency, file_hash=digest).first()
        if known:
            return Reconciliation(known, known=True)
        lines = _read(table, _columns(table)) if table else _rows(spoken)
        with runs.start("payments.reconcile", f"Rapprochement · {path.name}", by=by) as work:
            return _take(path, digest, agency, lines, work, by, spoken)


def _rows(spoken: Answers | None) -> Iterator[tuple[Any, ...]]:
    assert spoken is not None
    return (answer.row(amount_needed=spoken.amount_needed) for answer in spoken)


def _take(
    path: Path, digest: str, agency: Agency, lines: Iterator[tuple[Any, ...]], work: runs.Work, by: User,
    spoken: Answers | None = None,
) -> Reconciliation:  # fmt: skip
    try:
        with transaction.atomic():
            # The second file of an agency sees what the first has settled.
            pipeline.wait_for_turn()
            taken = ReturnFile.objects.create(agency=agency, file_name=path.name, file_hash=digest, made_by=by)
            entry = ledger.open_entry("settle", f"return:{taken.pk}", f"Retour {agency} · {path.name}", by=by)
            assert entry is not None
            with work.step("Lecture et correspondance"):
                unsaid = spoken is not None and not spoken.amount_needed
                rounds = pipeline.take_lines(taken.pk, agency.pk, lines, amounts_of_orders=unsaid)
                if spoken is not None:
                    answers.keep(taken, spoken.notices)
                pipeline.count_lines(taken.pk)
                taken.refresh_from_db()
            with work.step("Écritures et états") as step, ledger.refusing_overdraft():
                pipeline.settle(taken, rounds, entry)
                step.rows_out = taken.lines
            if taken.lines == 0 and not (spoken and spoken.notices):
                raise InputError(
                    "Le fichier de retour n’a que son en-tête", file=path, line=1,
                    remedy="Demandez à l’agence le fichier complet.",
                )  # fmt: skip
            facts = {"file": path.name, "lines": taken.lines, "paid_xof": taken.paid_xof, "sha256": digest}
            audit.record("reconcile", "return_file", taken.pk, by=by, after=facts)
    except IntegrityError as error:
        if "return_file_taken_once" not in str(error):
            raise
        return Reconciliation(ReturnFile.objects.get(agency=agency, file_hash=digest), known=True)
    return Reconciliation(taken, known=False)


@unfenced
def dismiss(line: ReturnLine, *, by: User, reason: str) -> None:
    """Close an exception without effect on money, with the reason."""
    _require(by, line.return_file.agency)
    if not reason.strip():
        raise Refused("Une décision sans motif ne s’explique pas plus tard", remedy="Écrivez le motif.")
    with transaction.atomic():
        waiting = ReturnLine.objects.filter(pk=line.pk, resolved_at__isnull=True, outcome__in=ReturnLine.EXCEPTIONS)
        if not waiting.update(resolved_at=timezone.now(), resolved_by=by, resolution=reason[:200]):
            raise Refused("Cette ligne n’attend plus de décision", remedy="Rechargez la page.")
        audit.record("dismiss", "return_line", line.pk, by=by, reason=reason)


def _require(by: User, agency: Agency) -> None:
    require(by, "payments.reconcile")
    if not queries.agencies_held(by, "payments.reconcile").filter(pk=agency.pk).exists():
        raise Refused(
            f"Votre affectation ne couvre pas toutes les communes que paie {agency}",
            why="Son fichier peut parler de chacune d’elles.",
            remedy="Confiez-le à qui rapproche au-dessus de vous.",
        )


def _columns(table: Table) -> dict[str, int]:
    folded = [_fold(name) for name in table.header]
    found = {
        meaning: next((folded.index(_fold(name)) for name in names if _fold(name) in folded), -1)
        for meaning, names in COLUMNS.items()
    }
    missing = [COLUMNS[meaning][0] for meaning in ("reference", "status", "amount") if found[meaning] < 0]
    if missing:
        named = ", ".join(f"« {name} »" for name in missing)
        raise InputError(
            f"Il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} {named}",
            file=table.file,
            line=1,
            why=f"Colonnes trouvées : {table.columns_said}",
            remedy="Un fichier de retour a au moins les colonnes reference, statut et montant_fcfa.",
        )
    return found


def _read(table: Table, columns: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    today = date.today()
    dates: dict[str, tuple[str, date | None]] = {}
    for line, cells in table:
        read = {meaning: cells[i] if i >= 0 else "" for meaning, i in columns.items()}
        said = SAID.get(_fold(read["status"]))
        # A telephone written in the place of the amount is none.
        amount = _or_none(as_integer, discreet(read["amount"]))
        if read["date"] not in dates:
            found = _or_none(lambda text: as_date(text)[0], read["date"]) if read["date"] else today
            dates[read["date"]] = discreet(read["date"]), found
        date_read, paid_on = dates[read["date"]]
        origin = read["reference"].partition("-")[0]
        bad = said is None or not read["reference"] or (said == "paid" and (amount is None or paid_on is None))
        # What an agency writes is kept as it wrote it, but for a telephone or a document that stands there in clear.
        yield (
            line, discreet(read["reference"])[:80], discreet(read["status"])[:40], discreet(read["amount"])[:40],
            date_read[:40], discreet(read["reason"])[:200], discreet(read["agency_reference"])[:80],
            said, amount, paid_on,
            int(origin) if origin.isascii() and origin.isdigit() and len(origin) < 12 else None, bad,
        )  # fmt: skip


def _or_none(parse: Callable[[str], T], text: str) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ").strip()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
