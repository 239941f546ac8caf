"""What the devices of the pay points recorded, taken as the return of their agency: once, whatever the network does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import organisations_with
from jigi.payments import pipeline, returns
from jigi.payments.incoming import Answer, Notice
from jigi.payments.models import ReturnLine, SiteDevice, SiteRecord
from jigi.programmes.models import Agency

NOUN = "site_device"
WORDS = {"paid": "PAYE", "absent": "ABSENT"}
TAKEN, KNOWN, DOUBLE, WAITS, REFUSED = "taken", "known", "double", "waits", "refused"
SAID = {
    TAKEN: "Reçu par le serveur.",
    KNOWN: "Déjà reçu : rien n’a changé.",
    DOUBLE: "Payé deux fois : un autre appareil l’avait déjà payé. Prévenez votre agence : rien n’est compté double.",
    WAITS: "Reçu : une personne doit le rapprocher, voyez avec votre agence.",
}


@dataclass(frozen=True)
class Said:
    """One record, as a device sends it; `number` is the device's own, for this record and no other.

    `said` is paid or absent; `receiver` and `means` are those of SiteRecord; `at` is what the device's clock said.
    """

    number: UUID
    line: int
    said: str
    receiver: str
    means: str
    amount_xof: int
    at: datetime


@dataclass(frozen=True)
class Result:
    """What became of one record, and the sentence that the cashier reads."""

    number: UUID
    outcome: str
    said: str


@dataclass(frozen=True)
class Expected:
    """What the server knows of a line that a record speaks of: its agency and its orders (reference, francs)."""

    agency_id: int
    programme: str
    household_id: int
    day: date
    released_on: date
    orders: tuple[tuple[str, int], ...]

    @property
    def total_xof(self) -> int:
        return sum(amount for _, amount in self.orders)


@dataclass(frozen=True, slots=True)
class SiteAnswer(Answer):
    """An answer of a device; `doubt` says why a person has to look at it."""

    doubt: str = ""

    def _why(self, amount_needed: bool) -> str:
        return self.doubt


@dataclass
class SiteAnswers:
    """Records as the pipeline reads returns."""

    answers: Sequence[SiteAnswer]
    amount_needed: bool = True
    notices: list[Notice] = field(default_factory=list)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.answers)


@pipeline.in_turn
@transaction.atomic
def take(device: UUID, said: Sequence[Said], *, by: User) -> list[Result]:
    """Take the records of a device, of one agency where `by` works; each result in the order of the records.

    A record that is known changes nothing. Cash that was handed over is never refused for being too much: a second
    payment of a right, another amount, a right settled otherwise are kept, counted nowhere, and wait for a person.
    Refused are a record of another agency's list, and another content under a number that is known.
    """
    own = _own_agencies(by)
    if not own:
        raise Refused("Vous ne payez pour aucune agence", remedy="Demandez à l’agence une affectation de caissier.")
    expected = _expected({one.line for one in said})
    known = {one.number: one for one in SiteRecord.objects.filter(number__in=[one.number for one in said])}
    held = {code: organisations_with(by, "payments.agency", programme=code) for code in _programmes(expected)}

    def may_pay(line: Expected) -> bool:
        return line.agency_id in own and own[line.agency_id].code in held[line.programme]

    results: dict[UUID, Result] = {}
    fresh: dict[UUID, Said] = {}
    for one in said:
        if one.number in known:
            same = _same(known[one.number], one)
            results[one.number] = _result(one, KNOWN) if same else _refused(one, ANOTHER_CONTENT)
        elif fresh.get(one.number, one) != one:
            raise Refused(ANOTHER_CONTENT, remedy="Rien de cet envoi n’a été enregistré.")
        elif one.line not in expected or not may_pay(expected[one.line]):
            results[one.number] = _refused(one, NOT_THEIRS)
        else:
            fresh[one.number] = one
    if fresh:
        results |= _kept(device, list(fresh.values()), expected, own, by)
    return [results[one.number] for one in said]


ANOTHER_CONTENT = "Ce numéro a déjà servi pour un autre paiement : prévenez votre agence, gardez l’appareil tel quel."
NOT_THEIRS = "Cette ligne n’est pas d’une liste de votre agence : rien n’a été enregistré."
OTHER_DEVICE = "Cet appareil paie pour une autre agence : rien n’a été enregistré."


def _kept(
    number: UUID, said: Sequence[Said], expected: Mapping[int, Expected], own: Mapping[int, Agency], by: User
) -> dict[UUID, Result]:
    agency = own[expected[said[0].line].agency_id]
    device, _ = SiteDevice.objects.get_or_create(number=number, defaults={"agency": agency, "seen_by": by})
    ours = [one for one in said if expected[one.line].agency_id == device.agency_id]
    results = {one.number: _refused(one, OTHER_DEVICE) for one in said if one not in ours}
    if not ours:
        return results
    SiteRecord.objects.bulk_create(
        SiteRecord(
            number=one.number, device=device, line_id=one.line, said=one.said, receiver=one.receiver, means=one.means,
            amount_xof=one.amount_xof, recorded_at=one.at, made_by=by,
        )
        for one in ours
    )  # fmt: skip
    answers = SiteAnswers(list(_answers(ours, expected)))
    digest = hashlib.sha256("\n".join(sorted(str(one.number) for one in ours)).encode()).hexdigest()
    name = f"appareil-{device.pk}-{timezone.localtime():%Y-%m-%d-%Hh%M}"
    taken = returns.reconcile_answers(name, digest, answers, device.agency, by=by, handed_over=True).return_file
    run_sql("payments", "site_settle", {"file": taken.pk})
    subjects = sorted({expected[one.line].household_id for one in ours})
    audit.record("sync", NOUN, device.pk, by=by, after={"records": len(ours), "file": taken.pk}, subjects=subjects)
    return results | _outcomes(taken.pk, ours)


def _answers(said: Sequence[Said], expected: Mapping[int, Expected]) -> Iterator[SiteAnswer]:
    """A line of return for each order of each record."""
    line = 0
    for one in said:
        known = expected[one.line]
        doubt = ""
        if one.said == "paid" and one.amount_xof != known.total_xof:
            doubt = f"Remis {one.amount_xof} FCFA, la liste dit {known.total_xof}."
        for reference, amount in known.orders:
            line += 1
            yield SiteAnswer(
                line=line, reference=reference, said=one.said, status_read=WORDS[one.said], amount_read=str(amount),
                date_read=one.at.isoformat()[:40], agency_reference=reference_of(one.number), amount_xof=amount,
                paid_on=_paid_on(one.at, known), doubt=doubt,
            )  # fmt: skip


def _paid_on(at: datetime, known: Expected) -> date:
    """The day that the device says, unless its clock can't be right: then that of the list, today at the latest."""
    said, today = timezone.localdate(at), timezone.localdate()
    return said if known.released_on <= said <= today else min(known.day, today)


def _outcomes(file: int, said: Sequence[Said]) -> dict[UUID, Result]:
    lines = ReturnLine.objects.filter(return_file=file).order_by("agency_reference")
    found = {
        reference: {outcome for _, outcome in group}
        for reference, group in groupby(
            lines.values_list("agency_reference", "outcome"), key=lambda row: row[0]
        )
    }  # fmt: skip
    return {one.number: _result(one, _outcome(found[reference_of(one.number)], one)) for one in said}


def _outcome(outcomes: set[str], one: Said) -> str:
    if outcomes <= {"paid", "absent", "repeated"}:
        return TAKEN
    double = one.said == "paid" and outcomes <= {"paid", "repeated", "conflict"}
    return DOUBLE if double and _is_double(one) else WAITS


def _is_double(one: Said) -> bool:
    return ReturnLine.objects.filter(
        agency_reference=reference_of(one.number), why__startswith="Payé deux fois"
    ).exists()


def _expected(lines: set[int]) -> dict[int, Expected]:
    rows = fetch_sql("payments", "site_orders", {"lines": sorted(lines)})
    found = {}
    for line, group in groupby(rows, key=lambda row: row["line_id"]):
        orders = list(group)
        first = orders[0]
        found[line] = Expected(
            first["agency_id"], first["programme"], first["household_id"], first["day"], first["released_on"],
            tuple((row["reference"], row["amount_xof"]) for row in orders),
        )  # fmt: skip
    return found


def _programmes(expected: Mapping[int, Expected]) -> set[str]:
    return {one.programme for one in expected.values()}


def _own_agencies(by: User) -> dict[int, Agency]:
    return Agency.objects.filter(code__in=organisations_with(by, "payments.agency")).in_bulk()


def _same(kept: SiteRecord, one: Said) -> bool:
    told = (kept.line_id, kept.said, kept.receiver, kept.means, kept.amount_xof, kept.recorded_at)
    return told == (one.line, one.said, one.receiver, one.means, one.amount_xof, one.at)


def _result(one: Said, outcome: str) -> Result:
    return Result(one.number, outcome, SAID[outcome])


def _refused(one: Said, why: str) -> Result:
    return Result(one.number, REFUSED, why)


def reference_of(number: UUID) -> str:
    """What a record is called in a return line; payments_site_reference says the same in the database."""
    return f"site{number.hex}"


def facts(result: Result) -> dict[str, Any]:
    """A result as the device reads it."""
    return {"number": str(result.number), "outcome": result.outcome, "said": result.said}
