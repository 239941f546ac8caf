"""Asking the holder of an executed payment to give it back. The request is stored, leaves once, and is followed.

The agency takes each request for a new one: what is not clear is not asked again by itself. The money comes back only
when the agency says so (`returned_on`), as a reversal in the accounts.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.payments.adapters.conversation import Accepted, Conversation, Denied, Unknown
from jigi.payments.channels import channel_of, conversation
from jigi.payments.dispatch_models import Attempt, Recall
from jigi.payments.returns import require_reconciler


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
    if not _leaves(recall.pk):
        return recall
    spoken = talk or conversation(channel_of(attempt.group.dispatch.agency))
    answer = spoken.recall(attempt.agency_reference, recall.motive)
    if isinstance(answer, Accepted | Denied | Unknown):
        _heard(recall.pk, "sent" if isinstance(answer, Accepted) else "denied")
    recall.refresh_from_db()
    return recall


@unfenced
def _leaves(number: int) -> bool:
    return bool(Recall.objects.filter(pk=number, status="stored").update(status="unclear"))


@unfenced
def _heard(number: int, status: str) -> None:
    Recall.objects.filter(pk=number).update(status=status)
