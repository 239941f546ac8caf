"""What comes from outside: reports of the provider, messages that people send, and who wants none any more."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.messaging import rules
from jigi.messaging.adapters.provider import genuine, read_received, read_report
from jigi.messaging.models import Inbound, Message, OptOut, Report

MOST_BYTES = 20_000
SEE = "messages.see"


@unfenced
@transaction.atomic
def take_report(body: bytes, signature: str) -> bool:
    """Keep a report and what it proves; False when it was heard before, or speaks of no message of ours.

    Raises Refused when the provider did not sign it, or when it can't be read.
    """
    _require_signature(body, signature)
    try:
        told = read_report(body)
    except ValueError:
        raise Refused("Ce compte rendu ne se lit pas") from None
    if not Message.objects.filter(reference=told.reference).exists():
        return False
    digest = hashlib.sha256(body).hexdigest()
    _, new = Report.objects.get_or_create(
        body_hash=digest, defaults={"reference": told.reference, "said": told.said, "reason": told.reason}
    )
    if not new:
        return False
    facts = {"reference": told.reference, "said": told.said, "reason": told.reason}
    return run_sql("messaging", "report", facts) > 0


@unfenced
@transaction.atomic
def take_message(body: bytes, signature: str) -> str:
    """Keep a message that somebody sent; returns what it did: "stop", "start" or "". The same twice does nothing more.

    Raises Refused when the provider did not sign it, or when it can't be read.
    """
    _require_signature(body, signature)
    try:
        said = read_received(body)
    except ValueError:
        raise Refused("Ce message ne se lit pas") from None
    keeper = vault()
    wants = rules.asks_to_stop(said.text)
    did = {True: "stop", False: "start", None: ""}[wants]
    kept, new = Inbound.objects.get_or_create(
        provider_reference=said.provider_reference,
        defaults={
            "sender": said.to, "did": did, "phone_sealed": keeper.seal("phone", said.phone),
            "phone_index": keeper.index("phone", said.phone), "text_sealed": keeper.seal("message", said.text),
        },
    )  # fmt: skip
    if not new:
        return kept.did
    if wants:
        _stop(bytes(kept.phone_index), OptOut.Means.SMS, None)
    elif wants is False:
        _start(bytes(kept.phone_index), None)
    return did


@unfenced
@transaction.atomic
def take_over(message: Inbound, did: str, *, keep_text: bool) -> None:
    """Note what a package above made of a message; a text that it keeps itself is read here no more."""
    assert did and not message.did, "what was done already is not done again"
    taken = {"did": did} if keep_text else {"did": did, "text_sealed": b""}
    Inbound.objects.filter(pk=message.pk, did="").update(**taken)


@unfenced
@transaction.atomic
def stop(phone: str, *, by: User) -> None:
    """Note at the desk that a telephone wants no message: what waits for it does not leave."""
    require(by, SEE)
    index = _index(phone)
    if not _stop(index, OptOut.Means.DESK, by):
        raise Refused("Ce téléphone est déjà désinscrit", remedy="Rien n’est à faire.")
    audit.record("opt_out", "message_optout", index.hex()[:12], by=by)


@unfenced
@transaction.atomic
def start(phone: str, *, by: User) -> None:
    """Note at the desk that a telephone wants messages again."""
    require(by, SEE)
    index = _index(phone)
    if not _start(index, by):
        raise Refused("Ce téléphone n’est pas désinscrit", remedy="Rien n’est à faire.")
    audit.record("opt_in", "message_optout", index.hex()[:12], by=by)


def _stop(index: bytes, means: str, by: User | None) -> bool:
    _, new = OptOut.objects.get_or_create(phone_index=index, ended_at=None, defaults={"means": means, "noted_by": by})
    return new


def _start(index: bytes, by: User | None) -> bool:
    held = OptOut.objects.filter(phone_index=index, ended_at__isnull=True)
    return bool(held.update(ended_at=timezone.now(), ended_by=by))


def _index(phone: str) -> bytes:
    digits = [mark for mark in phone if mark in "0123456789"]
    if not 8 <= len(digits) <= 15:
        raise Refused("Ce numéro ne se lit pas", remedy="Écrivez les huit chiffres du téléphone.")
    return vault().index("phone", phone)


def _require_signature(body: bytes, signature: str) -> None:
    if not genuine(settings.MESSAGES_SECRET, body, signature):
        raise Refused("La signature de ce message n’est pas celle du fournisseur")
