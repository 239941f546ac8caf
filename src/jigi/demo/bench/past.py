"""Past rounds, made set-wise: the rows, keys and indexes that real rounds leave behind, without their hours."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from jigi.demo.bench.answers import write_answers
from jigi.demo.bench.ground import communes_of, release_round, staff
from jigi.foundation.bulk import run_sql
from jigi.foundation.partitions import new_partition
from jigi.ledger import actions as ledger
from jigi.ledger.pipeline import fill_book
from jigi.payments import actions, approvals, totals
from jigi.payments.models import PaymentRound
from jigi.payments.returns import reconcile
from jigi.programmes.models import Agency, Component

ABSENT_EVERY = 20


def close_paid(first: PaymentRound, folder: Path) -> PaymentRound:
    """Close a released round, all of it paid by its agencies, through their return files."""
    hands = staff()
    for agency in Agency.objects.order_by("pk"):
        path = folder / f"retour-{agency.code}.csv"
        write_answers(first, agency, path, faults=False)
        reconcile(path, agency, by=hands.payment_officer)
    return actions.close(first, by=hands.manager)


def lay_past(component: Component, terms: int, folder: Path) -> None:
    """So many closed rounds: a real one, all paid, then repeated set-wise with one right in twenty owed."""
    first = close_paid(release_round(component, 1), folder)
    for term in range(2, terms + 1):
        repeat_round(first, term, owed_every=ABSENT_EVERY)


@transaction.atomic
def repeat_round(model: PaymentRound, term: int, *, owed_every: int) -> PaymentRound:
    """A closed round of another term with the rights of `model`, all paid but one in `owed_every` (0: all)."""
    hands = staff()
    made = actions.open_round(model.component, term, communes_of(model.component), by=hands.manager)
    facts = {"round": made.pk, "model": model.pk, "owed_every": owed_every}
    with new_partition("payments_entitlement", made.pk) as entitlement:
        run_sql("demo", "past_entitlements", facts, tables={"entitlement": entitlement})
    with new_partition("payments_instruction", made.pk) as instruction:
        run_sql("demo", "past_instructions", facts, tables={"instruction": instruction})
    run_sql("demo", "past_owed", facts)
    book = ledger.open_book(f"round-{made.pk}", made.label)
    entry = ledger.open_entry("commit", f"round:{made.pk}", f"Tour passé · {made}", by=hands.treasurer)
    assert entry is not None, "the round is new"
    with fill_book(book) as posting:
        run_sql("demo", "past_postings", facts | {"book": book.pk, "entry": entry.pk}, tables={"posting": posting})
    _sign(made, model, book.pk)
    totals.keep_reserved(made.pk)
    totals.keep(entry, [book.pk], [made.pk])
    return made


def _sign(made: PaymentRound, model: PaymentRound, book: int) -> None:
    now = timezone.now()
    made_now = PaymentRound.objects.filter(pk=made.pk)
    made_now.update(status="prepared", prepared_at=now)
    approvals.fix(made, now)
    made_now.update(status="frozen", frozen_by=model.frozen_by, frozen_at=now, list_hash=model.list_hash)
    made.refresh_from_db()
    assert model.approved_by is not None
    approvals.give(made, by=model.approved_by)
    made_now.update(
        status="closed", book_id=book, entitlements=model.entitlements, entitlements_xof=model.entitlements_xof,
        approved_by=model.approved_by, approved_at=now, released_by=model.released_by, released_at=now,
        closed_by=model.made_by, closed_at=now,
    )  # fmt: skip
