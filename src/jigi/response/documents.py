"""The signed papers of a response: joined by who prepares or decides it, kept as they were, withdrawn with a reason."""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.received import cleaned, kind_of
from jigi.geography.access import can, require
from jigi.programmes.amendments import LONGEST_NAME, MOST_BYTES, Paper
from jigi.response.access import DECIDE, PREPARE, places
from jigi.response.models import Activation, Document
from jigi.response.states import ACTIVATION

DECIDED = ("active", "refused", "closed")


def may_join(user: User, activation: Activation) -> bool:
    """Whether the person prepares or decides responses in its places."""
    where = places(activation) or None
    return can(user, PREPARE, areas=where) or can(user, DECIDE, areas=where)


def join(activation: Activation, what: str, paper: Paper, *, by: User) -> Document:
    """Join a signed paper (« decision », « request »…). Refused when it is no PDF, JPEG or PNG, when it is joined
    already, or for a decision that nobody has taken."""
    _require(by, activation)
    if what not in Document.Paper.values:
        raise Refused("Quelle pièce ?", remedy="Choisissez-la dans la liste.")
    if what == Document.Paper.DECISION and activation.status not in DECIDED:
        raise Refused("Cette réponse n’est pas encore décidée", remedy="Joignez la décision une fois prise.")
    if kind_of(paper.content) not in Document.Kind.values:
        raise Refused("Il faut un document en PDF, JPEG ou PNG", remedy="Joignez-le sous un de ces formats.")
    if len(paper.content) > MOST_BYTES or len((clean := cleaned(paper.content)).content) > MOST_BYTES:
        raise Refused("Le document dépasse 5 Mo", remedy="Numérisez-le moins finement, ou coupez-le.")
    digest = sha256(paper.content).hexdigest()
    with transaction.atomic():
        held = Activation.objects.select_for_update(no_key=True).get(pk=activation.pk)
        if held.documents.filter(paper=what, sha256=digest, withdrawn_at=None).exists():
            raise Refused("Ce document est déjà joint", remedy="Ouvrez-le dans la liste des pièces.")
        made = Document.objects.create(
            activation=held, paper=what, name=paper.name.strip()[-LONGEST_NAME:] or "document", kind=clean.kind,
            sha256=digest, content=clean.content, added_by=by,
        )  # fmt: skip
        after = {"number": made.pk, "kind": what, "sha256": digest}
        audit.record("join_document", ACTIVATION.noun, held.pk, by=by, after=after)
    return made


def withdraw(document: Document, *, reason: str, by: User) -> None:
    """Withdraw a paper that was joined by mistake: it stays readable as withdrawn."""
    _require(by, document.activation)
    if not reason.strip():
        raise Refused("Pourquoi ?", remedy="Écrivez le motif.")
    with transaction.atomic():
        waiting = Document.objects.filter(pk=document.pk, withdrawn_at=None)
        if not waiting.update(withdrawn_at=timezone.now()):
            raise Refused("Cette pièce est déjà retirée", remedy="Rechargez la page.")
        before = {"number": document.pk, "sha256": document.sha256}
        audit.record(
            "withdraw_document", ACTIVATION.noun, document.activation_id, by=by, before=before, reason=reason.strip()
        )


def _require(by: User, activation: Activation) -> None:
    if not may_join(by, activation):
        require(by, PREPARE, areas=places(activation) or None)
