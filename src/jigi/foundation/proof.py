"""Proving the audit: everything is computed again, set-wise, and held against the anchors.

What is found is said in sentences: which rows were altered, added or deleted, which seals, which lines of an
anchor. Rows written since the last seal are counted apart: nothing is known of them yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jigi.foundation import anchors, audit
from jigi.foundation.anchors import SEAL, Mark
from jigi.foundation.bulk import fetch_sql, give_memory
from jigi.foundation.models import AuditSeal, User
from jigi.foundation.seals import alone

GUARDS = 4
MOST_SAID = 10

Known = dict[int, Mark]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was left: a kind (a code) and the sentence that says what and where."""

    kind: str
    sentence: str


@dataclass
class Proof:
    """What a verification found. `notices` are no faults: what was given up after a restore."""

    seals: int
    rows: int
    head: str
    waiting: int
    waiting_since: datetime | None
    findings: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings

    def figures(self) -> dict[str, Any]:
        return {**asdict(self), "holds": self.holds}


def verify(places: Sequence[Path] | None = None) -> Proof:
    """Compute every seal again and compare it with the anchors (the server's own when None)."""
    with alone():
        give_memory()
        return _verified(anchors.places() if places is None else places)


def verify_and_keep(*, by: User | None) -> Proof:
    """The same, remembered in the audit: the page says when it was last done."""
    proof = verify()
    kinds = sorted({finding.kind for finding in proof.findings})
    audit.record("verify", "audit", "chain", by=by, after={"holds": proof.holds, "seals": proof.seals, "kinds": kinds})
    return proof


def _verified(places: Sequence[Path]) -> Proof:
    broken = fetch_sql("foundation", "broken_seals")
    outside = {row["settled"]: row for row in fetch_sql("foundation", "unsealed_rows")}
    given = fetch_sql("foundation", "seal_horizon")[0]["ceiling"]
    known = _known()
    last = known[max(known)] if known else None
    waiting = outside.get(False)
    proof = Proof(
        len(known), sum(mark.rows for mark in known.values()), last.digest if last else anchors.START,
        waiting["rows"] if waiting else 0, waiting["since"] if waiting else None,
    )  # fmt: skip
    marks = {path: list(anchors.read(path)) for path in places if path.exists()}
    proof.findings += _of_guards()
    proof.findings += _of_rows(broken, outside, given)
    proof.findings += _of_chain(broken, proof.seals)
    sound = set(known) - {row["number"] for row in broken}
    for place, path in enumerate(places, start=1):
        name = f"l’ancre {place} ({path})"
        if path not in marks:
            if known:
                proof.findings.append(Finding("anchor_missing", f"Il n’y a plus de fichier pour {name}."))
            continue
        others = [_marks_in_force(lines)[0] for other, lines in marks.items() if other != path]
        proof.findings += _of_anchor(name, marks[path], known, sound, others)
        proof.notices += _given_up(name, marks[path])
    return proof


def _known() -> Known:
    rows = AuditSeal.objects.order_by("number").values_list("number", "sealed_at", "rows", "digest")
    return {
        number: Mark(SEAL, number, anchors.written(at), count, digest)
        for number, at, count, digest in rows.iterator(chunk_size=10_000)
    }


def _of_guards() -> list[Finding]:
    if fetch_sql("foundation", "audit_guards")[0]["guards"] == GUARDS:
        return []
    said = "Les déclencheurs qui interdisent de modifier l’audit ont été retirés ou désactivés."
    return [Finding("guard_off", said)]


def _of_rows(broken: list[dict[str, Any]], outside: dict[bool, dict[str, Any]], given: int) -> list[Finding]:
    numbers = [row["number"] for row in broken if not row["holds"]]
    found = []
    for row in fetch_sql("foundation", "broken_rows", {"numbers": numbers}) if numbers else ():
        kind, word = ("deleted", "effacées") if row["gone"] else ("altered", "modifiées")
        where = f"sceaux {_listed(row['seals'])} ; numéros {_spans(row['firsts'], row['lasts'])}"
        found.append(Finding(kind, f"{row['rows']} lignes ont été {word} ({where})."))
    if (settled := outside.get(True)) is not None:
        where = f"numéros {_listed(settled['ids'])}"
        found.append(Finding("inserted", f"{settled['rows']} lignes ont été ajoutées dans le passé scellé ({where})."))
    waiting = outside.get(False)
    if waiting and waiting["last"] > given:
        said = f"Une ligne porte le numéro {waiting['last']}, que la base n’a pas encore donné ({given} au plus)."
        found.append(Finding("inserted", said))
    return found


def _of_chain(broken: list[dict[str, Any]], seals: int) -> list[Finding]:
    found = []
    for row in broken:
        number, lost = row["number"], row["lost_before"]
        if lost:
            span = _spans([number - lost], [number - 1])
            found.append(Finding("seal_deleted", f"Des sceaux manquent dans la base : {span}."))
        elif not row["linked"]:
            found.append(
                Finding("seal_altered", f"Le sceau {number} ne suit pas le sceau {number - 1} : l’un est réécrit.")
            )
    faulty = [row["number"] for row in broken if not row["holds"]]
    if faulty:
        said = f"Des sceaux ne correspondent plus à ce qu’ils scellent : {_listed(faulty)}, sur {seals}."
        found.append(Finding("seal_broken", said))
    return found


def _of_anchor(
    name: str, lines: list[tuple[int, Mark | None]], known: Known, sound: set[int], others: list[Known]
) -> list[Finding]:
    marks, faults = _marks_in_force(lines)
    found = [Finding("anchor_edited", f"{name.capitalize()}, ligne {place} : {why}.") for place, why in faults]
    parted: dict[str, list[int]] = {}
    for number, mark in marks.items():
        if mark != known.get(number):
            kind = _parting(number, mark, known, sound, marks, others)
            parted.setdefault(kind, []).append(number)
    found += [Finding(kind, _PARTED[kind].format(name=name, seals=_listed(seals))) for kind, seals in parted.items()]
    last = max(known, default=0)
    if _end(lines) < last:
        said = f"{name.capitalize()} s’arrête au sceau {_end(lines)}, la base va au sceau {last}."
        found.append(Finding("anchor_short", f"{said} Elle a été coupée, ou un arrêt l’a interrompue."))
    return found


def _parting(number: int, mark: Mark, known: Known, sound: set[int], marks: Known, others: list[Known]) -> str:
    """What it means that an anchor's line is not the database's seal."""
    if number not in known:
        return "seal_lost"
    # The next seal holds the digest of this one: where both sides have it, the base says true.
    next_agrees = number + 1 in sound and marks.get(number + 1) == known[number + 1]
    if number in sound and (next_agrees or mark.digest == known[number].digest):
        return "anchor_edited"
    return "anchors_disagree" if any(known[number] == other.get(number) for other in others) else "seal_rewritten"


_PARTED = {
    "seal_lost": "Des sceaux de {name} ne sont plus dans la base : {seals}.",
    "seal_rewritten": "Des sceaux de la base ne sont pas ceux de {name} : {seals} ont été réécrits.",
    "anchor_edited": "Des lignes de {name} ont été modifiées : sceaux {seals}.",
    "anchors_disagree": "Des sceaux de {name} ne sont ni ceux de la base ni ceux de l’autre ancre : {seals}. L’une des"
    " deux ancres a été réécrite, peut-être avec la base : comparez-les à une copie plus ancienne.",
}


def _marks_in_force(lines: Iterable[tuple[int, Mark | None]]) -> tuple[Known, list[tuple[int, str]]]:
    """The seals that an anchor vouches for, and its lines that cannot stand where they do."""
    marks: Known = {}
    faults: list[tuple[int, str]] = []
    last: Mark | None = None
    for place, mark in lines:
        if mark is None:
            faults.append((place, "elle est illisible"))
            continue
        if mark.kind == SEAL:
            if mark.number != (last.number + 1 if last else 1):
                before = f"le sceau {last.number}" if last else "le début"
                faults.append((place, f"le sceau {mark.number} ne suit pas {before}, des lignes manquent"))
            marks[mark.number] = mark
        else:
            marks = {number: kept for number, kept in marks.items() if number <= mark.number}
        last = mark
    return marks, faults


def _end(lines: Iterable[tuple[int, Mark | None]]) -> int:
    return next((mark.number for _, mark in reversed(list(lines)) if mark), 0)


def _given_up(name: str, lines: Iterable[tuple[int, Mark | None]]) -> list[str]:
    return [
        f"{name.capitalize()} : reprise au sceau {mark.number}, le {mark.at} ; motif : {mark.reason}."
        for _, mark in lines
        if mark and mark.kind != SEAL
    ]


def _spans(firsts: Sequence[int], lasts: Sequence[int]) -> str:
    spans = [str(one) if one == other else f"{one} à {other}" for one, other in zip(firsts, lasts, strict=True)]
    return ", ".join(spans[:MOST_SAID])


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_SAID]))
    return shown if len(numbers) <= MOST_SAID else f"{shown}… ({len(numbers)} en tout)"
