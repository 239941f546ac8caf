"""How results are kept: figures loaded, snapshots taken, commented, and signed by another person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.bulk import copy_rows, give_memory
from jigi.foundation.errors import Refused
from jigi.foundation.fence import acting, unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import digest_of as file_digest
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.results import pipeline
from jigi.results.figures_file import read_figures
from jigi.results.framework import framework, indicator_of, sort_of
from jigi.results.models import Comment, Figure, FigureFile, Signature, Snapshot, Withdrawal
from jigi.results.rules import Cell, digest_of

SEE, KEEP, SIGN = "results.see", "results.keep", "results.sign"
EARLIEST = 1990
LONGEST_COMMENT = 1000
SHORTEST = 3
SHORTEST_REASON = 10
TAKING = "results_taking"
"""What the runs that take snapshots are on."""
_WHEN = {
    "DEFERRED": "SET CONSTRAINTS snapshot_has_its_values DEFERRED",
    "IMMEDIATE": "SET CONSTRAINTS snapshot_has_its_values IMMEDIATE",
}
_MOMENT = {
    False: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    True: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE",
}
COLUMNS = (
    "snapshot_id", "indicator", "dimension", "area_id", "kind", "agreement", "sex", "band", "quarter", "sort",
    "numerator", "denominator", "rows", "latest_on", "loaded", "source",
)  # fmt: skip


def take(year: int, *, by: User, until: date | None = None) -> Snapshot:
    """Count every indicator from 1 January of a year to `until` (its end, or today), and keep what was found."""
    last = last_day(year, by=by, until=until)
    title = f"Instantané des résultats de {year} au {last:%d/%m/%Y}"
    with runs.start("results.take", title, by=by, subject=TAKING, parameters={"year": year}) as work:
        with work.step("Compte des indicateurs") as step:
            moment, cells = count_at_once(date(year, 1, 1), last, work.progress)
            step.rows_out = len(cells)
        with work.step("Garde des chiffres"):
            return _kept(date(year, 1, 1), last, moment, cells, by)


def last_day(year: int, *, by: User, until: date | None = None) -> date:
    """The last day that a snapshot asked for counts. Raises Refused when it can't be, or not by this person."""
    _require_country(by, KEEP)
    today = timezone.localdate()
    if not EARLIEST <= year <= today.year:
        raise Refused(
            f"Les résultats de {year} ne se calculent pas", remedy=f"Choisissez une année jusqu’à {today.year}."
        )
    latest = min(date(year, 12, 31), today)
    last = until or latest
    if not date(year, 1, 1) <= last <= latest:
        raise Refused(
            f"Le {last:%d/%m/%Y} n’est pas un jour passé de {year}",
            remedy="Choisissez un jour de l’année, au plus tard ce jour.",
        )
    return last


def count_at_once(
    since: date, until: date, told: Callable[[int, int], None] = lambda done, total: None
) -> tuple[datetime, list[Cell]]:
    """Every cell, all counted at one moment, and that moment: what is paid meanwhile is in none of them."""
    with one_moment() as moment, acting("jigi.results.actions.count_at_once"):
        give_memory()
        return moment, pipeline.cells(since, until, told)


@contextmanager
def one_moment(*, writes: bool = False) -> Iterator[datetime]:
    """A transaction of its own that sees the database as it is now, whatever is written before its end.

    Unless it `writes` it only reads: what follows is written afterwards. Inside an open transaction it is that one,
    as it is.
    """
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute(_MOMENT[writes])
        cursor.execute("SELECT clock_timestamp()")
        yield cursor.fetchone()[0]


@unfenced
def _kept(since: date, until: date, moment: datetime, cells: Sequence[Cell], by: User) -> Snapshot:
    latest = max((cell.latest_on for cell in cells if cell.latest_on), default=None)
    with transaction.atomic():
        _check_values("DEFERRED")
        snapshot = Snapshot.objects.create(
            since=since, until=until, framework_hash=framework().file_hash, digest=digest_of(cells),
            counted=len(cells), latest_on=latest, taken_by=by, taken_at=moment,
        )  # fmt: skip
        copy_rows("results_value", COLUMNS, (_row(snapshot, cell) for cell in cells))
        _check_values("IMMEDIATE")
        audit.record("take", "results_snapshot", snapshot.pk, by=by,
                     after={"from": since.isoformat(), "until": until.isoformat(), "lines": len(cells)})  # fmt: skip
    return snapshot


def _check_values(when: str) -> None:
    """Hold a snapshot against its values once they are written, whatever the open transaction set before."""
    with connection.cursor() as cursor:
        cursor.execute(_WHEN[when])


def _row(snapshot: Snapshot, cell: Cell) -> tuple[object, ...]:
    key = cell.key
    return (
        snapshot.pk, cell.indicator, key.dimension, cell.area_id, key.kind, key.agreement, key.sex, key.band,
        key.quarter, sort_of(cell.indicator), cell.numerator, cell.denominator, cell.rows, cell.latest_on, cell.loaded,
        cell.source,
    )  # fmt: skip


@unfenced
def comment(snapshot: Snapshot, text: str, *, by: User, indicator: str = "") -> Comment:
    """Say something of a figure (of the whole snapshot without `indicator`); it stays."""
    _require_country(by, KEEP, SIGN)
    said = _said(text, LONGEST_COMMENT, "Le commentaire")
    if indicator and indicator_of(indicator) is None:
        raise Refused("Cet indicateur n’est pas du cadre de résultats", remedy="Choisissez-en un de la liste.")
    kept = Comment.objects.create(snapshot=snapshot, indicator=indicator, text=said, by=by)
    audit.record("note", "results_snapshot", snapshot.pk, by=by, after={"indicator": indicator})
    return kept


@unfenced
def sign(snapshot: Snapshot, said: str, *, by: User) -> Signature:
    """Answer for a snapshot, once: another person than who took it, loaded its figures or withdrew some."""
    _require_country(by, SIGN)
    if snapshot.taken_by_id == by.pk:
        raise Refused("Vous avez calculé cet instantané", remedy="Une autre personne le relit et le signe.")
    if by.pk in hands_of(snapshot):
        raise Refused(
            "Vous avez chargé ou retiré des chiffres repris de cette année", remedy="Une autre personne le signe."
        )
    if Signature.objects.filter(snapshot=snapshot).exists():
        raise Refused(
            "Cet instantané est déjà signé", remedy="S’il est faux, calculez-en un autre et dites-le en commentaire."
        )
    if pipeline.digest_in_database(snapshot.pk) != snapshot.digest:
        raise Refused(
            "Les chiffres ne sont plus ceux de l’empreinte", remedy="Prévenez l’exploitation : la base a été touchée."
        )
    kept = Signature.objects.create(snapshot=snapshot, said=_said(said, 500, "L’attestation"), by=by)
    audit.record("sign", "results_snapshot", snapshot.pk, by=by, after={"sha256": snapshot.digest}, reason=kept.said)
    return kept


def hands_of(snapshot: Snapshot) -> set[int]:
    """Who made a snapshot what it is by files: who loaded those it takes, who withdrew a figure of its year before."""
    codes = snapshot.values.filter(loaded=True).values("indicator")
    files = FigureFile.objects.filter(
        figures__year=snapshot.year, figures__indicator__in=codes, loaded_at__lte=snapshot.taken_at
    )
    gone = Withdrawal.objects.filter(figure__year=snapshot.year, at__lte=snapshot.taken_at)
    return {*files.values_list("loaded_by_id", flat=True), *gone.values_list("by_id", flat=True)}


@unfenced
def load(path: str | Path, *, by: User) -> FigureFile:
    """Take a file of figures of earlier years; a later file corrects it. The same file is taken once."""
    _require_country(by, KEEP)
    file = Path(path)
    given = read_figures(file)
    digest = file_digest(file)
    if FigureFile.objects.filter(file_hash=digest).exists():
        raise Refused("Ce fichier est déjà chargé", remedy="Chargez un fichier corrigé : le dernier compte.")
    with transaction.atomic():
        kept = FigureFile.objects.create(file_name=file.name[:200], file_hash=digest, lines=len(given), loaded_by=by)
        copy_rows(
            "results_figure",
            ("file_id", "line", "year", "indicator", "dimension", "area_id", "kind", "agreement", "sex", "band",
             "quarter", "sort", "numerator", "denominator", "source"),
            ((kept.pk, one.line, one.year, one.indicator, one.key.dimension, one.area.pk if one.area else None,
              one.key.kind, one.key.agreement, one.key.sex, one.key.band, one.key.quarter,
              sort_of(one.indicator), one.numerator, one.denominator, one.source) for one in given),
        )  # fmt: skip
        audit.record("load", "results_figures", kept.pk, by=by, after={"file": kept.file_name, "lines": kept.lines})
    return kept


@unfenced
def withdraw(figure: Figure, reason: str, *, by: User) -> Withdrawal:
    """Say that a loaded figure was wrong: later snapshots leave it out, those that took it keep it and say so."""
    _require_country(by, KEEP)
    said = _said(reason, 500, "Le motif", least=SHORTEST_REASON)
    if Withdrawal.objects.filter(figure=figure).exists():
        raise Refused("Ce chiffre est déjà retiré", remedy="Chargez un fichier qui donne le bon.")
    kept = Withdrawal.objects.create(figure=figure, reason=said, by=by)
    audit.record("withdraw", "results_figures", figure.file_id, by=by, reason=said,
                 after={"line": figure.line, "year": figure.year, "indicator": figure.indicator})  # fmt: skip
    return kept


def _said(text: str, most: int, what: str, *, least: int = SHORTEST) -> str:
    said = " ".join(text.split())
    if not least <= len(said) <= most:
        raise Refused(f"{what} tient en {least} à {most} caractères", remedy="Récrivez-le en une phrase.")
    return said


def _require_country(by: User, *rights: str) -> None:
    """A snapshot is of the whole country and of every programme: so is the right of who takes or signs it."""
    country = list(Area.objects.filter(level=Area.Level.COUNTRY))
    if not any(can(by, right, areas=country, programme="") for right in rights):
        raise Refused(
            "Votre affectation ne permet pas ceci : tenir les résultats de tout le pays",
            remedy="Demandez au suivi-évaluation national ou à la Coordination.",
        )
