"""The worker's part of dispatches: a slice of conversation at a time, so that other work has its turn.

A dispatch has one job at a time, which asks for the next when it ends. Every five minutes those whose job was lost are
given another, and notifications that wait are read.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.fence import unfenced
from jigi.foundation.jobs import PATIENCE
from jigi.payments import dispatch, notices, recalls
from jigi.payments.dispatch_models import Attempt, Dispatch, Group, Recall

LONGEST_REST_S = 900.0
RECALLS_AT_ONCE = 50


def enqueue(number: int, *, after_s: float = 0.0) -> bool:
    """Ask the worker to go on with a dispatch; False when that is asked already."""
    subject = f"dispatch:{number}"
    when = timezone.now() + timedelta(seconds=min(after_s, LONGEST_REST_S))
    try:
        with transaction.atomic():
            # What is asked now does not wait behind the turn that is due later.
            queue = subject if after_s else f"{subject}:now"
            go_on.configure(lock=subject, queueing_lock=queue, schedule_at=when if after_s else None).defer(
                dispatch_id=number
            )
    except AlreadyEnqueued:
        return False
    return True


@app.task(name="payments.dispatch", retry=PATIENCE)
def go_on(dispatch_id: int) -> None:
    """Speak with the agency for a while, then ask for the next turn."""
    one = Dispatch.objects.select_related("payment_round", "agency", "started_by").get(pk=dispatch_id)
    if one.status != "running" and not _unsettled(one):
        return
    with acting_from("travail"):
        try:
            rest = dispatch.run(one)
        except JigiError as error:
            # A key or a certificate is missing: said where the operator looks, tried again later.
            _tell(one, str(error))
            rest = LONGEST_REST_S
    if rest is not None:
        enqueue(dispatch_id, after_s=rest)


def enqueue_recall(number: int) -> None:
    """Have a stored request of giving back leave."""
    send_recall.defer(recall_id=number)


@app.task(name="payments.recall")
def send_recall(recall_id: int) -> None:
    """Let one request leave; done again after a kill, it finds it gone and leaves it to be verified."""
    with acting_from("travail"):
        recalls.send(Recall.objects.select_related("attempt__group__dispatch__agency").get(pk=recall_id))


@app.task(name="payments.notices", queueing_lock="payments.notices", lock="payments.notices", retry=PATIENCE)
def read_notices() -> None:
    """Read what agencies notified, and carry what it proves to the accounts."""
    with acting_from("travail"):
        for number in notices.read_waiting():
            enqueue(number)


@app.periodic(cron="*/5 * * * *")
@app.task(name="payments.sweep", queueing_lock="payments.sweep")
def sweep(timestamp: int) -> None:
    """Find again what no job holds."""
    for number in _to_go_on():
        enqueue(number)
    for recall in Recall.objects.filter(status="stored", asked_at__lt=timezone.now() - timedelta(minutes=5)):
        enqueue_recall(recall.pk)
    read_notices()
    _follow_recalls()


def _follow_recalls() -> None:
    with acting_from("travail"):
        for recall in recalls.waiting()[:RECALLS_AT_ONCE]:
            try:
                if recalls.follow(recall):
                    enqueue(recall.attempt.group.dispatch_id)
            except JigiError:
                continue  # a channel whose certificate is missing says so on the page of its dispatch


@unfenced
def _to_go_on() -> list[int]:
    """The dispatches that are under way, and those that ended or rest with something proven that is not posted."""
    unposted = Q(settled=False, status__in=("executed", "rejected"))
    unposted |= Q(returned_on__isnull=False, return_settled=False)
    left = Attempt.objects.filter(unposted).values("group__dispatch")
    return list(Dispatch.objects.filter(Q(status="running") | Q(pk__in=left)).values_list("pk", flat=True))


@unfenced
def _unsettled(one: Dispatch) -> bool:
    """Whether something is proven that the accounts do not hold: paused or ended, it is carried there."""
    return one.groups.filter(attempts__settled=False, attempts__status__in=("executed", "rejected")).exists() or (
        one.groups.filter(attempts__returned_on__isnull=False, attempts__return_settled=False).exists()
    )


@unfenced
def _tell(one: Dispatch, what: str) -> None:
    one.groups.exclude(status__in=(Group.Status.DONE, Group.Status.WITHDRAWN)).update(problem=what[:160])
