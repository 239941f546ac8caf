"""Asking the holder of an executed payment to give it back. The request is stored, leaves once, and is followed.

The agency takes each request for a new one: what is not clear is not asked again by itself. The money comes back only
when the agency says so (`returned_on`), as a reversal in the accounts.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.payments.adapters.conversation import Accepted, Conversation, Denied, Entries, Unknown
from jigi.payments.channels import channel_of, conversation
from jigi.payments.dispatch_models import Attempt, Recall
from jigi.payments.dispatch_rules import verdict
from jigi.payments.returns import require_reconciler

NEVER_LEFT = frozenset({0, 401, 429})
"""No connection, no token, too busy: the request did not reach the agency, and leaves again later."""


@unfenced
def store(attempt: Attempt, motive: str, *, by: User, reason: str) -> Recall:
    """Keep the request of a person. Refused for what was not executed, was asked before, or has no reason."""
    require_reconciler(by, attempt.group.dispatch.agency)
    if motive not in Recall.Motive.values or not reason.strip():
        raise Refused("Une demande d’annulation se motive", remedy="Choisissez le motif et écrivez ce qui s’est passé.")
    if attempt.status != "executed" or attempt.returned_on is not None:
        raise Refused("Seul un paiement exécuté et non rendu peut être redemandé")
    try:
        with transaction.atomic():
            made = Recall.objects.create(attempt=attempt, motive=motive, asked_by=by)
            audit.record("recall", "attempt", attempt.pk, by=by, reason=reason, after={"motive": motive})
    except IntegrityError as error:
        raise Refused("Ce paiement a déjà été redemandé", remedy="Suivez la réponse de l’agence.") from error
    return made


def send(recall: Recall, *, talk: Conversation | None = None) -> Recall:
    """Let a stored request leave, once: marked before it goes, so that a second call finds it gone."""
    attempt = recall.attempt
    # Opened first: a certificate that is missing must not leave the request as if it had gone.
    spoken = talk or conversation(channel_of(attempt.group.dispatch.agency))
    if not _leaves(recall.pk):
        return recall
    answer = spoken.recall(attempt.agency_reference, recall.motive)
    if isinstance(answer, Accepted | Denied | Unknown):
        never_left = isinstance(answer, Denied) and answer.code in NEVER_LEFT
        _heard(recall.pk, "sent" if isinstance(answer, Accepted) else "stored" if never_left else "denied")
    recall.refresh_from_db()
    return recall


def follow(recall: Recall, *, talk: Conversation | None = None) -> bool:
    """Ask whether the holder gave the money back; the accounts take it at the next turn of its dispatch."""
    attempt = recall.attempt
    spoken = talk or conversation(channel_of(attempt.group.dispatch.agency))
    found = spoken.entries(attempt.group.code, [attempt.tx_id], once=attempt.group.posts <= 1)
    if not isinstance(found, Entries):
        return False
    proven = verdict(found.by_tx.get(attempt.tx_id, ()), amount_xof=attempt.amount_xof, complete=False, once=True)
    return proven.returned and _given_back(attempt.pk)


def waiting() -> QuerySet[Recall]:
    """The requests that left and that nobody answered yet."""
    asked = Recall.objects.filter(status__in=("sent", "unclear"), attempt__returned_on__isnull=True)
    # Another part of them each time: fifty who never answer must not hide the others.
    return asked.select_related("attempt__group__dispatch__agency").order_by("?")


@unfenced
def _given_back(number: int) -> bool:
    waits = Attempt.objects.filter(pk=number, status="executed", returned_on__isnull=True)
    return bool(waits.update(returned_on=timezone.localdate()))


@unfenced
def _leaves(number: int) -> bool:
    return bool(Recall.objects.filter(pk=number, status="stored").update(status="unclear"))


@unfenced
def _heard(number: int, status: str) -> None:
    Recall.objects.filter(pk=number).update(status=status)
