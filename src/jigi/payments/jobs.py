"""The acts on a payment round that take long, done by the worker.

A job is enqueued in the transaction that asks for it, and waits behind the other jobs of its round. Its
steps, or the message it failed with, are those of the run that the act opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from jigi.enrolment.models import Enrolment
from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.fence import unfenced
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import Run, User
from jigi.ledger import queries as ledger
from jigi.payments import actions, approvals, drafts, queries, totals
from jigi.payments.models import PaymentRound
from jigi.payments.states import ROUND

LARGE_ROUND = 20_000
"""Enrolled households above which an act on a round is left to the worker."""

ACTS: Mapping[str, Callable[..., PaymentRound]] = {
    "prepare": actions.prepare,
    "freeze": actions.freeze,
    "approve": actions.approve,
    "release": actions.release,
    "close": actions.close,
}


@unfenced
def is_large(payment_round: PaymentRound) -> bool:
    """Whether the communes of a round hold so many households that nobody should wait before the page."""
    enrolled = Enrolment.objects.filter(
        component=payment_round.component,
        commune__in=payment_round.communes.values("commune"),
        status="active",
    )
    return enrolled.order_by()[: LARGE_ROUND + 1].count() > LARGE_ROUND


def enqueue(payment_round: PaymentRound, verb: str, *, by: User) -> bool:
    """Ask the worker for an act, in the open transaction; False when one waits on this round already."""
    subject = f"{ROUND.noun}:{payment_round.pk}"
    try:
        with transaction.atomic():
            act.configure(lock=subject, queueing_lock=subject).defer(
                round_id=payment_round.pk, verb=verb, user_id=by.pk
            )
    except AlreadyEnqueued:
        return False
    return True


def waiting(payment_round: PaymentRound) -> str:
    """The verb that the worker has still to do, or is doing, on a round; empty when there is none."""
    jobs = ProcrastinateJob.objects.filter(
        task_name=act.name, lock=f"{ROUND.noun}:{payment_round.pk}", status__in=("todo", "doing")
    )
    job = jobs.order_by("id").first()
    return job.args["verb"] if job else ""


@app.task(name="payments.act", retry=PATIENCE)
def act(round_id: int, verb: str, user_id: int) -> None:
    """One act on one round. A job that is done again after a crash finds the act done, and leaves it."""
    payment_round = PaymentRound.objects.select_related("component__programme").get(pk=round_id)
    by = User.objects.get(pk=user_id)
    if queries.has_been(payment_round, verb) or (verb == "approve" and approvals.has_approved(payment_round, by)):
        return
    subject = f"{ROUND.noun}:{round_id}"
    last = Run.objects.filter(subject=subject).order_by("-id").first()
    with acting_from("travail"):
        try:
            ACTS[verb](payment_round, by=by)
        except Exception as error:
            since = Run.objects.filter(subject=subject, pk__gt=last.pk if last else 0)
            if not since.exists():
                _leave_message(payment_round, verb, error, by=by)
            raise


def _leave_message(payment_round: PaymentRound, verb: str, error: Exception, *, by: User) -> None:
    """A run that failed before its first step: where the person who asked will look for an answer."""
    title = f"{ROUND.transition(verb).label} · {payment_round}"
    subject = f"{ROUND.noun}:{payment_round.pk}"
    with suppress(type(error)), runs.start(f"payments.{verb}", title, by=by, subject=subject):
        raise error


@app.periodic(cron="35 2 * * *")
@app.task(name="payments.forget_drafts", queueing_lock="payments.forget_drafts")
def forget_drafts(timestamp: int) -> None:
    """Every night, files of results that were looked at and never given go."""
    drafts.forget_old()


@app.periodic(cron="25 3 * * *")
@app.task(name="payments.prove", queueing_lock="payments.prove")
def prove_totals(timestamp: int) -> None:
    """Every night, recompute the ledger and the totals of statements from their lines; a wrong one is a failed run."""
    with acting_from("travail de la nuit"), runs.start("ledger.prove", "Preuve des comptes", by=None) as work:
        proof = ledger.prove()
        wrong = ", ".join(str(row["code"]) for row in proof.wrong[:5])
        work.check("chaque solde est la somme de ses mouvements", proof.balanced, wrong)
        totals.refuse_wrong()
        work.check("chaque total de relevé est la somme de ses lignes", True)
