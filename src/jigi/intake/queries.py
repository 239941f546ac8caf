"""What may be asked of imports: the problems of a batch, on screen or as a file to correct from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jigi.foundation.bulk import copying_out
from jigi.foundation.tabular import write_rejects
from jigi.intake.models import Batch, Problem

HEADER = ("fichier", "ligne", "fiche", "colonne", "valeur", "gravité", "constat", "que faire")
_QUERY = """
SELECT file_name, line::text, key, "column", value, severity, message, remedy
FROM intake_problem WHERE batch_id = %(batch)s ORDER BY id
"""


def problem_rows(batch: Batch) -> Iterator[list[str]]:
    """The problems of a batch in the order of the files, ready to be written under HEADER."""
    french = dict(Problem.Severity.choices)
    with copying_out(_QUERY, {"batch": batch.pk}) as rows:
        for row in rows:
            yield [*row[:5], french[row[5]], *row[6:]]


def write_problems(batch: Batch, path: str | Path) -> int:
    """Write the problems of a batch to a CSV file that opens in Excel; returns how many."""
    return write_rejects(path, HEADER, problem_rows(batch))
