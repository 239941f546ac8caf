"""Return files of agencies: read as they come, every line given an outcome, money moved once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import open_table
from jigi.geography.access import require
from jigi.ledger import actions as ledger
from jigi.payments import agency_desk, answers, pipeline, queries
from jigi.payments.incoming import Answers
from jigi.payments.models import ReturnFile, ReturnLine
from jigi.payments.reading import Totals, columns_of, lines_of
from jigi.programmes.models import Agency

MOST_PREVIEWED = 200


@dataclass(frozen=True)
class Reconciliation:
    """What a return file brought; `known` when the same file had been taken before and nothing was done."""

    return_file: ReturnFile
    known: bool


@dataclass(frozen=True)
class Preview:
    """What a file would do: `outcomes` are (outcome, lines, francs read), `waiting` its first exceptions by line."""

    return_file: ReturnFile
    known: bool
    outcomes: list[tuple[str, int, int | None]]
    waiting: list[ReturnLine]


@pipeline.in_turn
def reconcile(path: Path, agency: Agency, *, by: User) -> Reconciliation:
    """Take a return file of an agency (CSV or XLSX, else in the form agreed with it) in one transaction.

    Lines that can't be matched become exceptions for a person; they never stop the others. The same file given
    again changes nothing. Raises InputError when the file is not a table with the needed columns.
    """
    require_giver(by, agency)
    return _reconciled(path, agency, by, "payments.reconcile", f"Rapprochement · {path.name}")


@pipeline.in_turn
def preview(path: Path, agency: Agency, *, by: User) -> Preview:
    """What `reconcile` would make of a file: the same act, taken back before it ends. Raises as it does."""
    require_giver(by, agency)
    with transaction.atomic():
        done = _reconciled(path, agency, by, "payments.preview", f"Lecture d’un retour · {path.name}")
        lines = done.return_file.return_lines
        outcomes = lines.values_list("outcome").annotate(lines=Count("id"), xof=Sum("amount_xof")).order_by("outcome")
        waiting = lines.filter(outcome__in=ReturnLine.EXCEPTIONS).order_by("line")[:MOST_PREVIEWED]
        found = Preview(done.return_file, done.known, [tuple(row) for row in outcomes], list(waiting))
        transaction.set_rollback(True)
    return found


@pipeline.in_turn
def reconcile_answers(
    name: str, digest: str, spoken: Answers, agency: Agency, *, by: User, handed_over: bool = False
) -> Reconciliation:
    """The same for answers that an agency gives otherwise than by a file, known by their SHA-256 (hexadecimal).

    `handed_over`: they say what cashiers did, which is taken even of orders that the agency has not accepted.
    """
    require_giver(by, agency)
    known = _known(agency, digest)
    if known:
        return Reconciliation(known, known=True)
    with runs.start("payments.reconcile", f"Rapprochement · {name}", by=by) as work:
        return _take(
            Path(name), digest, agency, _rows(spoken), Totals(), work, by, spoken, accepted_first=not handed_over
        )


def _reconciled(path: Path, agency: Agency, by: User, kind: str, title: str) -> Reconciliation:
    with ExitStack() as opened:
        spoken = answers.spoken(path, agency, opened)
        table = opened.enter_context(open_table(path)) if spoken is None else None
        digest = _hash(path)
        known = _known(agency, digest)
        if known:
            return Reconciliation(known, known=True)
        totals = Totals()
        lines = lines_of(table, columns_of(table), totals) if table else _rows(spoken)
        with runs.start(kind, title, by=by) as work:
            return _take(path, digest, agency, lines, totals, work, by, spoken)


def _known(agency: Agency, digest: str) -> ReturnFile | None:
    return ReturnFile.objects.filter(agency=agency, file_hash=digest, undone_at__isnull=True).first()


def _rows(spoken: Answers | None) -> Iterator[tuple[Any, ...]]:
    assert spoken is not None
    return (answer.row(amount_needed=spoken.amount_needed) for answer in spoken)


def _take(
    path: Path, digest: str, agency: Agency, lines: Iterator[tuple[Any, ...]], totals: Totals, work: runs.Work,
    by: User, spoken: Answers | None = None, accepted_first: bool = True,
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
                declared = {"declared_lines": totals.lines, "declared_xof": totals.amount_xof}
                ReturnFile.objects.filter(pk=taken.pk).update(**declared)
                if spoken is not None:
                    answers.keep(taken, spoken.notices)
                pipeline.count_lines(taken.pk)
                taken.refresh_from_db()
                if accepted_first and not _reconciles(by, agency):
                    agency_desk.refuse_unaccepted(taken, by=by)
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
        return Reconciliation(ReturnFile.objects.get(agency=agency, file_hash=digest, undone_at=None), known=True)
    return Reconciliation(taken, known=False)


@unfenced
def dismiss(line: ReturnLine, *, by: User, reason: str) -> None:
    """Close an exception without effect on money, with the reason."""
    require_reconciler(by, line.return_file.agency)
    if not reason.strip():
        raise Refused("Une décision sans motif ne s’explique pas plus tard", remedy="Écrivez le motif.")
    with transaction.atomic():
        waiting = ReturnLine.objects.filter(pk=line.pk, resolved_at__isnull=True, outcome__in=ReturnLine.EXCEPTIONS)
        decided = {"resolved_at": timezone.now(), "resolved_by": by, "resolution": reason[:200]}
        if not waiting.update(**decided, rsu_read="", phone_read="", name_read="", village_read=""):
            raise Refused("Cette ligne n’attend plus de décision", remedy="Rechargez la page.")
        audit.record("dismiss", "return_line", line.pk, by=by, reason=reason)


def require_reconciler(by: User, agency: Agency) -> None:
    """Refused to who does not reconcile in every commune that an agency pays."""
    require(by, "payments.reconcile")
    if not _reconciles(by, agency):
        raise Refused(
            f"Votre affectation ne couvre pas toutes les communes que paie {agency}",
            why="Son fichier peut parler de chacune d’elles.",
            remedy="Confiez-le à qui rapproche au-dessus de vous.",
        )


def require_giver(by: User, agency: Agency) -> None:
    """Refused to who neither works for an agency, which gives its own results, nor reconciles all that it pays."""
    if not agency_desk.works_for(by, agency):
        require_reconciler(by, agency)


def _reconciles(by: User, agency: Agency) -> bool:
    return queries.agencies_held(by, "payments.reconcile").filter(pk=agency.pk).exists()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
