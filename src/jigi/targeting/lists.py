"""Community lists as the committees send them: one file, its lines checked together, said with remedies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jigi.foundation.bulk import copy_rows, copying_out, fetch_sql, run_sql, statement
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Table, open_table, write_rejects
from jigi.targeting.models import TargetingRound

NUMBERS = {"numero_rsu": "rsu_number", "numero_fiche": "source_key"}
CRITERIA = ("insecurite_alimentaire", "source_revenu", "outils_production", "taille_composition")
STAGED = (
    "line", "number", "village_code", "rank", "food_insecurity", "income_source", "production_tools",
    "household_composition", "reason",
)  # fmt: skip
YES, NO = ["oui", "o", "1", "vrai", "x"], ["non", "n", "0", "faux", ""]
MOST_SHOWN = 200

PROBLEMS = {
    "no_number": ("Le numéro du ménage manque", "Écrivez le numéro de la fiche ou le numéro RSU."),
    "unknown_household": (
        "Le ménage « {value} » n’est pas au registre",
        "Vérifiez le numéro, ou importez d’abord la fiche du ménage.",
    ),
    "elsewhere": (
        "Le ménage « {value} » n’habite aucune commune de la campagne",
        "Vérifiez le numéro, ou sa commune au registre.",
    ),
    "several_households": (
        "Plusieurs ménages portent le numéro de fiche « {value} »",
        "Donnez le numéro RSU dans une colonne « numero_rsu ».",
    ),
    "listed_twice": ("Ce ménage est déjà listé à la ligne {value}", "Gardez une seule des deux lignes."),
    "no_village": ("Le ménage « {value} » n’a pas de village au registre", "Complétez sa fiche."),
    "other_village": (
        "Le ménage habite un autre village que « {value} »",
        "Chaque comité liste les ménages de son village : vérifiez le numéro.",
    ),
    "no_rank": (
        "Le rang « {value} » n’est pas un nombre à partir de 1",
        "Écrivez le rang donné par le comité.",
    ),
    "not_yes_or_no": ("« {value} » n’est ni oui ni non", "Écrivez 1 ou 0, oui ou non."),
    "no_reason": (
        "Le comité ne dit pas pourquoi il propose ce ménage",
        "Cochez au moins un des quatre critères ou écrivez le motif.",
    ),
}


@dataclass(frozen=True)
class Problem:
    """What is wrong on a line of the list, and what to do."""

    line: int
    column: str
    value: str
    message: str
    remedy: str


@dataclass(frozen=True)
class ListReport:
    """What became of a list: every line read is added, changed, unchanged or held back."""

    file_name: str
    read: int
    added: int
    changed: int
    held: int
    problem_count: int
    problems: list[Problem] = field(repr=False, default_factory=list)  # the first MOST_SHOWN

    @property
    def unchanged(self) -> int:
        return self.read - self.added - self.changed - self.held


def take_list(targeting_round: TargetingRound, path: str | Path, rejects: str | Path | None) -> ListReport:
    """Stage the file, check it set-wise, merge the good lines; in the caller's transaction.

    The number of statements is constant. Lines in error are held back, and written to `rejects` with their
    messages when it is given. Raises InputError when the file is no list.
    """
    with open_table(path) as table:
        if table.header_only:
            raise InputError("La liste n’a que sa ligne de titres", file=path, remedy="Ajoutez les ménages")
        number_column = _number_column(table)
        lines = _lines(table, number_column)
        run_sql("targeting", "list_stage")
        read = copy_rows("targeting_list_line", STAGED, lines)
        run_sql("targeting", "list_analyse")
    facts = {
        "round": targeting_round.pk, "yes": YES, "no": NO, "number_column": number_column,
        "file": Path(path).name[:200], "follow": targeting_round.where_they_stay,
    }  # fmt: skip
    run_sql("targeting", "list_match", facts, tables={"key": NUMBERS[number_column]})
    run_sql("targeting", "list_check", facts)
    merged = fetch_sql("targeting", "list_merge", facts)[0]
    counts = fetch_sql("targeting", "list_problem_counts")[0]
    shown = [_said(tuple(row.values())) for row in fetch_sql("targeting", "list_problems", {"most": MOST_SHOWN})]
    if rejects and shown:
        _write(rejects)
    run_sql("targeting", "list_drop")
    return ListReport(
        Path(path).name, read, merged["added"], merged["changed"], counts["held"], counts["problems"],
        shown,
    )  # fmt: skip


def _number_column(table: Table) -> str:
    """« numero_rsu » when the file has it, else « numero_fiche », which must be there."""
    if "numero_rsu" in table.header:
        return "numero_rsu"
    table.require("numero_fiche")
    return "numero_fiche"


def _lines(table: Table, number_column: str) -> Iterator[Sequence[Any]]:
    number, rank, *criteria = table.require(number_column, "rang", *CRITERIA)
    village = table.header.index("village_code") if "village_code" in table.header else None
    reason = table.header.index("motif") if "motif" in table.header else None
    for line, cells in table:
        named = cells[number]
        yield (
            line,
            "".join(filter(str.isalnum, named)) if number_column == "numero_rsu" else named,
            cells[village] if village is not None else None,
            cells[rank],
            *(cells[criterion] for criterion in criteria),
            cells[reason] if reason is not None else "",
        )


def _said(row: Sequence[Any]) -> Problem:
    """A problem in words, from its line, code, column and value."""
    line, code, column, value = row
    message, remedy = PROBLEMS[code]
    return Problem(int(line), column, value, message.format(value=value[:60]), remedy)


def _write(rejects: str | Path) -> None:
    """Write every problem, streamed: a file of a million wrong lines must not fill the memory."""
    query = statement("targeting", "list_problems").replace("%(most)s", "ALL")
    with copying_out(query) as rows:
        problems = map(_said, rows)
        cells = ((str(p.line), p.column, p.value, p.message, p.remedy) for p in problems)
        write_rejects(rejects, ("ligne", "colonne", "valeur", "constat", "que faire"), cells)
