"""How places enter: the gazetteer shipped with the project, then files of villages and of boundaries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql
from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.foundation.tabular import write_rejects
from jigi.geography import gazetteer
from jigi.geography.access import require
from jigi.geography.boundaries import BoundaryFile, read_boundaries
from jigi.geography.identity import Identities, identify
from jigi.geography.known import Known, read_known
from jigi.geography.models import Area, AreaVersion
from jigi.geography.rules import name_key
from jigi.geography.ties import Means, Tie, VillageRow, tie
from jigi.geography.villages import Reject, VillageFile, read_villages

VERSION = "COD2019"
"""The version that has communes, so the one that villages and boundaries join."""

AREA_COLUMNS = (
    "position", "code", "name", "level", "parent", "path", "longitude", "latitude", "area_km2", "population",
    "source", "fills_only",
)  # fmt: skip


@dataclass(frozen=True)
class LoadReport:
    """What a load did. `kind`: « villages » or « contours »; `means`: how many each evidence matched."""

    kind: str
    file: str
    read: int
    added: int
    changed: int
    means: tuple[tuple[str, int], ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rejects: tuple[Reject, ...] = ()

    @property
    def matched(self) -> int:
        return sum(count for _, count in self.means)

    @property
    def unchanged(self) -> int:
        return self.matched - self.added - self.changed

    def lines(self) -> list[str]:
        """The report in French sentences, for the terminal and the page."""
        share = f"{100 * self.matched / self.read:.1f}".replace(".", ",")
        return [
            f"{self.file} : {_count(self.read)} {self.kind} lus, {_count(self.matched)} rattachés ({share} %)",
            *(f"  {_count(count)} {phrase}" for phrase, count in self.means),
            f"  {_count(self.added)} ajoutés, {_count(self.changed)} modifiés, {_count(self.unchanged)} inchangés",
            *(f"  {note}" for note in self.notes),
            *([f"  {_count(len(self.rejects))} non rattachés"] if self.rejects else []),
        ]

    def write_rejects(self, path: Path) -> int:
        """Write what did not match, with line, column and reason, as a CSV to correct; returns how many."""
        width = len(self.header)
        rows = (
            [
                *reject.cells,
                *[""] * (width - len(reject.cells)),
                str(reject.line),
                reject.column,
                reject.reason,
            ]
            for reject in self.rejects
        )
        return write_rejects(path, [*self.header, "ligne", "colonne", "motif"], rows)


def install_gazetteer(*, by: User | None) -> dict[str, int]:
    """Load the shipped gazetteer: versions, areas, successions, spellings. Returns what it wrote, by kind.

    Running it again writes only what the shipped files changed. It needs no right: the first rights are held
    at the areas it installs.
    """
    written = Counter[str]()
    with transaction.atomic():
        for version in gazetteer.versions():
            stored, _ = AreaVersion.objects.update_or_create(
                code=version.code,
                defaults={
                    "name": version.name,
                    "valid_from": version.valid_from,
                    "valid_until": version.valid_until,
                    "source": version.source,
                },
            )
            rows = _fact_rows(gazetteer.areas(version.code))
            written.update(lieux=sum(_merge_areas(stored, rows)))
        written.update(_merge_facts())
        if written.total():
            audit.record("installer", "geography", "gazetteer", by=by, after=dict(written))
    return dict(written)


def load_file(
    path: str | Path, *, by: User | None, columns: Mapping[str, str] | None = None, version: str = VERSION
) -> LoadReport:
    """Load villages (a table) or boundaries (GeoJSON), whichever the file holds, into a version.

    `by` is None for the operator at the server's own terminal. `columns` names the column of a field of
    villages.SYNONYMS. Loading the same file again changes nothing. InputError leaves the database as it was.
    """
    file = Path(path)
    with transaction.atomic():
        known = read_known(version)
        if by is not None:
            require(by, "geography.load", areas=Area.objects.filter(version=known.version, level="country"))
        report = _load_boundaries(file, known) if _is_json(file) else _load_villages(file, known, columns)
        if report.added or report.changed:
            after = {"fichier": file.name, "ajoutés": report.added, "modifiés": report.changed}
            audit.record("charger", "geography", version, by=by, after=after)
    return report


def _load_villages(file: Path, known: Known, columns: Mapping[str, str] | None) -> LoadReport:
    table = read_villages(file, columns)
    ties = tie(table.rows, known.gazetteer(file.name))
    cercles = {area.code: known.areas[area.parent_id].code for area in known.areas.values() if area.parent_id}
    identities = identify(table.rows, ties, cercles, known.villages(file.name), known.reserved())
    if not identities.codes:
        raise InputError(
            "Aucun village n’a pu être rattaché à une commune",
            file=file,
            remedy="Vérifiez les noms ou les codes de commune, ou nommez les colonnes",
        )
    paths = {area.code: area.path for area in known.areas.values()}
    kept = [row for row in table.rows if row.line in identities.codes]
    rows = _village_rows(file.name, kept, ties, identities, paths)
    added, changed = _merge_areas(known.version, rows)
    counts = Counter(ties[row.line].means for row in kept)
    return LoadReport(
        kind="villages",
        file=file.name,
        read=len(table.cells),
        added=added,
        changed=changed,
        means=tuple((means.phrase, counts[means]) for means in Means if counts[means]),
        notes=_village_notes(table),
        header=table.header,
        rejects=_village_rejects(table, ties, identities.refused),
    )


def _load_boundaries(file: Path, known: Known) -> LoadReport:
    found = read_boundaries(file, known.places())
    with _staged("boundary"):
        rows = ((code, json.dumps(outline)) for code, outline in sorted(found.outlines.items()))
        copy_rows("geography_staged_boundary", ("code", "coordinates"), rows)
        params = {"version": known.version.pk, "source": file.name}
        written = fetch_sql("geography", "merge_boundaries", params)[0]
    means = (("par le code", found.by_code), ("par le nom", found.by_name))
    return LoadReport(
        kind="contours",
        file=file.name,
        read=found.features,
        added=written["added"],
        changed=written["changed"],
        means=tuple((phrase, count) for phrase, count in means if count),
        notes=_boundary_notes(found, known),
        header=("contour",),
        rejects=tuple(found.rejects),
    )


def _merge_areas(version: AreaVersion, rows: Iterable[Sequence[Any]]) -> tuple[int, int]:
    """Merge rows of AREA_COLUMNS in five statements; returns how many were added and changed."""
    with _staged("area"):
        copy_rows("geography_staged_area", AREA_COLUMNS, rows)
        run_sql("geography", "number_areas", {"version": version.pk})
        written = fetch_sql("geography", "merge_areas", {"version": version.pk})[0]
    return written["added"], written["changed"]


def _merge_facts() -> dict[str, int]:
    """Merge the shipped successions and spellings; returns how many changed, by kind."""
    old, new = (AreaVersion.objects.get(code=version.code).pk for version in gazetteer.versions())
    facts = [("succession", s.predecessor, s.successor, s.kind, s.note, s.source) for s in gazetteer.successions()]
    facts += [("alias", a.code, a.name, name_key(a.name), "", a.source) for a in gazetteer.aliases()]
    with _staged("fact"):
        copy_rows("geography_staged_fact", ("fact", "code", "other", "kind", "note", "source"), facts)
        successions = run_sql("geography", "merge_successions", {"old": old, "new": new})
        return {
            "filiations": successions,
            "graphies": run_sql("geography", "merge_aliases", {"version": old}),
        }


@contextmanager
def _staged(what: str) -> Iterator[None]:
    """A staging table for one merge; an error leaves its removal to the end of the transaction."""
    run_sql("geography", {"area": "stage_areas", "fact": "stage_facts", "boundary": "stage_boundaries"}[what])
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE geography_staged_{what}")


def _fact_rows(facts: Iterable[gazetteer.AreaFact]) -> Iterator[tuple[Any, ...]]:
    for position, fact in enumerate(facts):
        yield (
            position, fact.code, fact.name, fact.level, fact.parent or None, fact.path, fact.longitude,
            fact.latitude, fact.area_km2, fact.population, fact.source, False,
        )  # fmt: skip


def _village_rows(
    origin: str,
    rows: Iterable[VillageRow],
    ties: Mapping[int, Tie],
    identities: Identities,
    paths: Mapping[str, str],
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        commune, means, code = ties[row.line].commune, ties[row.line].means, identities.codes[row.line]
        yield (
            row.line, code, row.name, "village", commune, f"{paths[commune]}{code}/", row.longitude,
            row.latitude, None, row.population, f"{origin} ; {means.phrase}", row.line in identities.met,
        )  # fmt: skip


def _village_rejects(table: VillageFile, ties: Mapping[int, Tie], refused: Mapping[int, str]) -> tuple[Reject, ...]:
    untied = [
        Reject(row.line, refused.get(row.line, "commune introuvable"), cells=table.cells[row.line])
        for row in table.rows
        if row.line in refused or row.line not in ties
    ]
    return tuple(sorted([*table.rejects, *untied], key=lambda reject: reject.line))


def _village_notes(table: VillageFile) -> tuple[str, ...]:
    if not table.misplaced:
        return ()
    return (f"positions incomplètes ou hors du pays, laissées de côté : {_count(table.misplaced)}",)


def _boundary_notes(found: BoundaryFile, known: Known) -> tuple[str, ...]:
    levels = {area.level for area in known.areas.values() if area.code in found.outlines}
    without = sum(area.level in levels and area.code not in found.outlines for area in known.areas.values())
    return (f"lieux du même niveau restés sans limites : {_count(without)}",) if without else ()


def _is_json(file: Path) -> bool:
    """Whether a file starts like JSON; one that cannot be read is left to the reader of tables to refuse."""
    try:
        with file.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return False
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
