"""Fiches received from the field, into the register: laid out as two tables and imported as any other file is.

The checks, the problems and the merges are those of `pipeline.import_file`. A fiche's state follows what the register
holds of it, so that a run that stopped half-way is simply started again.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.clear import clear_folder
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.intake.answers import Place, consents, household_row, member_rows, read_instance
from jigi.intake.form_mapping import KEY, LINE, FormMapping, read_form_mapping
from jigi.intake.models import Batch, FormVersion, Submission
from jigi.intake.pipeline import RIGHT, UNDER_REVIEW, import_file
from jigi.intake.place_lists import CommuneFinder, labels_of
from jigi.intake.questions import Questionnaire
from jigi.intake.reception import answers_of
from jigi.intake.states import FORM_VERSION
from jigi.intake.xlsform import ITEMSETS

_ROWS = 500


@dataclass(frozen=True)
class Poured:
    """What a run did: the fiches it took, and what became of them. `batch` is None when none could enter."""

    taken: int
    merged: int
    held: int
    declined: int
    batch: Batch | None


@dataclass
class _Tables:
    """The two files of a run, and the numbers of the fiches written in them or left out."""

    households: Path
    members: Path
    written: list[int] = field(default_factory=list)
    declined: list[int] = field(default_factory=list)
    member_count: int = 0


def mapping_of(version: FormVersion) -> FormMapping | None:
    """The mapping of a version, checked again; None when its answers go to no register."""
    if not version.mapping:
        return None
    form = Questionnaire(version.definition)
    return read_form_mapping(
        version.mapping, "correspondance", form, code=version.form.code, version=version.version
    )  # fmt: skip


@unfenced
def import_submissions(version: FormVersion, *, review: bool = False, by: User) -> Poured:
    """Pour the waiting fiches of a version into the register; held ones are tried again. Safe to run again.

    With `review`, their batch waits to be read over by another person, and they wait with it (reviewing.py).

    Refused without the right over the whole country (fiches come from anywhere), for a form without a mapping, and
    when nothing waits. Errors of `import_file` leave every fiche waiting.
    """
    require(by, RIGHT, areas=Area.objects.filter(level=Area.Level.COUNTRY, parent=None)[:1])
    mapping = mapping_of(version)
    if mapping is None:
        raise Refused("Ce questionnaire n’a pas de correspondance avec le registre",
                      remedy="Chargez une version avec sa correspondance")  # fmt: skip
    if not run_sql("intake", "batch_submissions", {"version": version.pk}):
        raise Refused("Aucune fiche de cette version n’attend d’être versée")
    waiting = Submission.objects.filter(form_version=version, status="batched").select_related("sent_by")
    waiting = waiting.exclude(batch__status__in=UNDER_REVIEW)
    with _laid_out(version, mapping, waiting) as tables:
        batch = _import(tables, mapping, review, by)
    return _settle(version, mapping, tables, batch, by)


def _import(tables: _Tables, mapping: FormMapping, review: bool, by: User) -> Batch | None:
    if not tables.written:
        return None
    if not tables.member_count:
        raise Refused("Aucune des fiches qui attendent n’a de membre", remedy="Voyez la correspondance et les fiches.")
    return import_file(tables.households, mapping.as_mapping(), members=tables.members, review=review, by=by)


def _settle(version: FormVersion, mapping: FormMapping, tables: _Tables, batch: Batch | None, by: User) -> Poured:
    """Give every fiche the state that the register says, and leave a row of the audit."""
    Submission.objects.filter(pk__in=tables.declined).update(status="declined")
    if batch:
        Batch.objects.filter(pk=batch.pk).update(form_version=version)
        if batch.status in UNDER_REVIEW:
            Submission.objects.filter(pk__in=tables.written).update(batch=batch)
        else:
            facts = {"batch": batch.pk, "source": mapping.source, "submissions": tables.written}
            run_sql("intake", "settle_submissions", facts)
    merged = Submission.objects.filter(pk__in=tables.written, status="merged").count()
    waiting = bool(batch and batch.status in UNDER_REVIEW)
    held = 0 if waiting else len(tables.written) - merged
    poured = Poured(len(tables.written) + len(tables.declined), merged, held, len(tables.declined), batch)
    told = {"lines": poured.taken, "households": merged, "held": held, "declined": poured.declined}
    audit.record("pour", FORM_VERSION.noun, version.pk, by=by, after=told)
    return poured


@contextmanager
def _laid_out(version: FormVersion, mapping: FormMapping, waiting: QuerySet[Submission]) -> Iterator[_Tables]:
    """The tables of these fiches, in a folder that goes away: they hold personal data."""
    named = f"{version.form.code}-{version.version}".replace("/", "-")[:120]
    with clear_folder("fiches") as folder:
        tables = _Tables(folder / f"fiches-{named}.csv", folder / f"membres-{named}.csv")
        _write(version, mapping, waiting, tables)
        yield tables


def _write(version: FormVersion, mapping: FormMapping, waiting: QuerySet[Submission], tables: _Tables) -> None:
    place = _finder(version, mapping)
    with tables.households.open("w", newline="") as first, tables.members.open("w", newline="") as second:
        household = _Rows(first, (KEY,), mapping.household_header)
        member = _Rows(second, (KEY, LINE), mapping.member_header)
        for submission in waiting.order_by("pk").iterator(chunk_size=_ROWS):
            instance = read_instance(answers_of(submission))
            if not consents(instance, mapping):
                tables.declined.append(submission.pk)
                continue
            number, given = submission.instance_id, _given(submission, version)
            household.write((number,), household_row(instance, mapping, given, place))
            for line, row in enumerate(member_rows(instance, mapping, place), start=1):
                member.write((number, str(line)), row)
                tables.member_count += 1
            tables.written.append(submission.pk)


class _Rows:
    """Rows of a table written by fact, under the titles of their questions."""

    def __init__(self, stream: Any, keys: tuple[str, ...], header: Mapping[str, str]) -> None:
        self._writer, self._facts = csv.writer(stream, delimiter=";"), list(header)
        self._writer.writerow([*keys, *header.values()])

    def write(self, keys: tuple[str, ...], row: Mapping[str, str]) -> None:
        self._writer.writerow([*keys, *(row.get(name, "") for name in self._facts)])


def _given(submission: Submission, version: FormVersion) -> dict[str, str]:
    said = f"{version.form.code} {version.version}"
    return {"collector": submission.sent_by.username[:60], "form_version": said[:40]}


def _finder(version: FormVersion, mapping: FormMapping) -> Place:
    if not any(answer.places for answer in mapping.household.values()):
        return lambda names: ""
    itemsets = version.media.filter(file_name=ITEMSETS).values_list("content", flat=True).first()
    return CommuneFinder(mapping.geography, labels_of(bytes(itemsets or b""))).find
