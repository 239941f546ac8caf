"""Results that an agency gives by its own hand, in batches that it names: given again, a batch changes nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.errors import InputError, Raced
from jigi.foundation.models import User
from jigi.payments import agency_desk, pipeline, returns
from jigi.payments.agency_models import ResultBatch
from jigi.payments.incoming import Answer, Notice
from jigi.payments.models import PaymentRound
from jigi.payments.reading import SAID, fold
from jigi.programmes.models import Agency

MOST_LINES = 5_000
WORDS = ("PAYE", "ABSENT", "REFUSE", "ANNULE")
CODE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""How an agency names its batches."""


class BatchReused(Raced):
    """The name of a batch that was given, with another content."""


@dataclass(frozen=True)
class Result:
    """What became of one order: a word of WORDS; a payment says its francs and its day."""

    reference: str
    word: str
    amount_xof: int | None = None
    paid_on: date | None = None
    reason: str = ""
    agency_reference: str = ""


@pipeline.in_turn
@transaction.atomic
def give(
    payment_round: PaymentRound, agency: Agency, code: str, results: Sequence[Result], *, by: User
) -> tuple[ResultBatch, bool]:
    """Take a batch of results on the orders of an accepted round; returns it, and whether this was the first time.

    Lines that can't be settled become exceptions, as those of a file. BatchReused when the name was used for another
    content, Refused when the orders were not accepted, InputError for a name or a length that is not taken.
    """
    pipeline.wait_for_turn()  # of two with one name at once, the second finds the first
    agency_desk.check_works_for(payment_round, agency, by)
    _check(code, results)
    digest = _digest(results)
    before = ResultBatch.objects.filter(agency=agency, code=code).select_related("return_file").first()
    if before:
        if (before.body_hash, before.payment_round_id) != (digest, payment_round.pk):
            raise BatchReused(
                f"Le lot « {code} » a déjà été donné, avec un autre contenu",
                why="Le premier a été pris ; celui-ci ne l’a pas été.",
                remedy="Donnez un autre nom à ce lot.",
            )
        return before, False
    agency_desk.check_accepted(payment_round, agency, by)
    # A batch of another name is another saying, though of the same words: what was said before is found line by line.
    taken_as = hashlib.sha256(f"jigi lot {code}\n{digest}".encode()).hexdigest()
    done = returns.reconcile_answers(f"lot-{code}", taken_as, _Spoken(results), agency, by=by)
    made = ResultBatch.objects.create(
        agency=agency, payment_round=payment_round, code=code, body_hash=digest, return_file=done.return_file, by=by
    )
    audit.record(
        "give_results", "result_batch", made.pk, by=by, after={"batch": code, "lines": len(results), "sha256": digest}
    )
    return made, True


@dataclass
class _Spoken:
    """Results as a return file speaks them: a payment that says no amount waits for a person."""

    results: Sequence[Result]

    def __post_init__(self) -> None:
        self.amount_needed = True
        self.notices: list[Notice] = []

    def __iter__(self) -> Iterator[Answer]:
        for line, one in enumerate(self.results, start=1):
            yield Answer(
                line, one.reference, SAID.get(fold(one.word)), one.word,
                "" if one.amount_xof is None else str(one.amount_xof), one.paid_on.isoformat() if one.paid_on else "",
                one.reason, one.agency_reference, one.amount_xof, one.paid_on,
            )  # fmt: skip


def _check(code: str, results: Sequence[Result]) -> None:
    if not CODE.fullmatch(code):
        raise InputError(
            "Le nom du lot n’est pas de ceux qui se prennent", column="lot",
            remedy="De 1 à 64 lettres sans accent, chiffres, points, tirets ou soulignés.",
        )  # fmt: skip
    if not 1 <= len(results) <= MOST_LINES:
        raise InputError(
            f"Un lot a de 1 à {MOST_LINES} lignes ; celui-ci en a {len(results)}", column="lignes",
            remedy="Donnez les résultats en plusieurs lots.",
        )  # fmt: skip


def _digest(results: Sequence[Result]) -> str:
    """Of what is said, not of how it is written: the name of the batch is no part of it."""
    whole: list[dict[str, Any]] = [asdict(one) for one in results]
    return hashlib.sha256(b"jigi lot\n" + json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()
