"""Cards: issued to the recipients of a commune, signed as they are printed, withdrawn when they are lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from jigi.enrolment import card_rules
from jigi.enrolment.models import Card, CardKey, Enrolment
from jigi.enrolment.queries import DECIDE
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography import access
from jigi.geography.models import Area
from jigi.programmes.models import Component

NOUN = "card"
KIND = "card"
DRAWING = 0x63617274  # « cart »: one act at a time draws the first key
CHANGED = "l’allocataire a changé"


@dataclass(frozen=True)
class Printed:
    """A card as its paper needs it; `text` is what its square code holds."""

    text: str
    code: str
    household_id: int
    rsu_number: str
    recipient: str
    village: str
    commune: str
    programme: str
    pay_point: str


@unfenced
def issue(component: Component, commune: Area, *, village: Area | None = None, by: User) -> int:
    """Give a card to every active enrolment of a commune, or of a village, that has none; returns how many.

    A card whose recipient is no longer that of the enrolment is withdrawn first.
    """
    _require(component, commune, by)
    facts = _facts(component, commune, village) | {"by": by.pk, "why": CHANGED}
    with transaction.atomic():
        facts["key"] = _signing_key().pk
        withdrawn = run_sql("enrolment", "withdraw_cards", facts)
        made = run_sql("enrolment", "issue_cards", facts)
        said = {"component": component.code, "commune": commune.code, "village": village.code if village else None}
        audit.record("issue", NOUN, "", by=by, after={**said, "cards": made, "withdrawn": withdrawn})
    return made


@unfenced
def reissue(enrolment: Enrolment, *, reason: str, by: User) -> Card:
    """Withdraw the card of an enrolment, if it has one, and give another: the old one is refused from now on.

    Raises Refused without a reason, or when the enrolment is over.
    """
    _require(enrolment.component, enrolment.commune, by)
    why = reason.strip()[:80]
    if not why:
        raise Refused("Une carte ne se refait pas sans motif", remedy="Écrivez ce qu’est devenue l’ancienne.")
    with transaction.atomic():
        held = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        if held.status == "exited":
            raise Refused("Cette inscription est finie", remedy="Un ménage sorti n’a plus de carte.")
        _withdraw(held, why, by)
        card = Card.objects.create(
            number=secrets.token_hex(card_rules.NUMBER_BYTES), enrolment=held, recipient_id=held.recipient_id,
            key=_signing_key(), made_by=by,
        )  # fmt: skip
        audit.record("reissue", NOUN, card.pk, by=by, reason=why, subjects=[held.household_id])
    return card


@unfenced
def withdraw(enrolment: Enrolment, *, reason: str, by: User) -> None:
    """Withdraw the card of an enrolment without giving another. Raises Refused when it has none."""
    _require(enrolment.component, enrolment.commune, by)
    if not reason.strip():
        raise Refused("Une carte ne se retire pas sans motif", remedy="Écrivez ce qu’elle est devenue.")
    with transaction.atomic():
        if not _withdraw(enrolment, reason.strip()[:80], by):
            raise Refused("Cette inscription n’a pas de carte en cours", remedy="Rechargez la page.")
        audit.record("withdraw", NOUN, enrolment.pk, by=by, reason=reason, subjects=[enrolment.household_id])


@unfenced
def to_print(
    component: Component, commune: Area, *, village: Area | None = None, enrolment: Enrolment | None = None, by: User
) -> list[Printed]:
    """The live cards of a commune, of a village or of one enrolment, signed, by village then name; in the trace."""
    _require(component, commune, by)
    facts = _facts(component, commune, village) | {"enrolment": enrolment.pk if enrolment else None}
    found = fetch_sql("enrolment", "cards_to_print", facts)
    keys = {key.pk: (key.number, _private(key)) for key in CardKey.objects.all()}
    cards = [_printed(row, *keys[row.pop("key_id")]) for row in found]
    said = {"component": component.code, "commune": commune.code, "cards": len(cards)}
    audit.read("print", NOUN, "", by=by, subjects=[one.household_id for one in cards], after=said)
    return cards


@unfenced
def by_village(component: Component, commune: Area) -> list[dict[str, Any]]:
    """Per village of a commune: `village_id`, `name`, `enrolled` (active), `cards` (live, of today's recipients)."""
    return fetch_sql("enrolment", "cards_by_village", _facts(component, commune, None))


@unfenced
def check(text: str) -> Card:
    """The card of a square code. Raises Refused when it is not ours, was withdrawn, or its recipient has changed."""
    said = card_rules.read(text)
    key = CardKey.objects.filter(number=said.key).first() if said else None
    if said is None or key is None or not _holds(said, key):
        raise Refused("Ce code n’est pas celui d’une carte du programme", remedy="Demandez une pièce d’identité.")
    card = Card.objects.select_related("enrolment").filter(number=said.number).first()
    if card is None or card.withdrawn_at or card.recipient_id != card.enrolment.recipient_id:
        raise Refused(
            "Cette carte n’est plus valable", why=card.withdrawn_why if card else "",
            remedy="Le ménage a une carte plus récente, ou en demande une autre.",
        )  # fmt: skip
    return card


def public_keys() -> dict[int, str]:
    """The public keys by which devices check cards: number, then 64 hexadecimal digits."""
    return dict(CardKey.objects.values_list("number", "public"))


@dataclass(frozen=True)
class Known:
    """The cards of some households, for a device that reads them without network: the live numbers of each household,
    and the numbers that are worth nothing any more, which name nobody.
    """

    live: dict[int, list[str]]
    withdrawn: list[str]


@unfenced
def known_of(households: Iterable[int]) -> Known:
    """The cards of these households, of any programme. Whoever asks has asked the right over them, and notes it."""
    live: dict[int, list[str]] = {}
    withdrawn: list[str] = []
    found = Card.objects.filter(enrolment__household__in=list(households)).select_related("enrolment")
    for card in found.order_by("pk"):
        if card.withdrawn_at is None and card.recipient_id == card.enrolment.recipient_id:
            live.setdefault(card.enrolment.household_id, []).append(card.number)
        else:
            withdrawn.append(card.number)
    return Known(live, withdrawn)


def _holds(said: card_rules.Read, key: CardKey) -> bool:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public))
    try:
        public.verify(said.signature, card_rules.signed_part(said.key, said.number))
    except InvalidSignature:
        return False
    return True


def _printed(row: dict[str, Any], key: int, private: Ed25519PrivateKey) -> Printed:
    number = row.pop("number")
    signature = private.sign(card_rules.signed_part(key, number))
    return Printed(text=card_rules.written(key, number, signature), code=card_rules.code_of(number), **row)


def _private(key: CardKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vault().unseal(KIND, bytes(key.seed_sealed))))


def _signing_key() -> CardKey:
    """The key that signs now, drawn at the first need."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DRAWING])
    if found := CardKey.objects.order_by("number").last():
        return found
    seed = secrets.token_bytes(32)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return CardKey.objects.create(number=1, seed_sealed=vault().seal(KIND, seed.hex()), public=public.hex())


def _withdraw(enrolment: Enrolment, why: str, by: User) -> int:
    live = Card.objects.filter(enrolment=enrolment, withdrawn_at__isnull=True)
    return live.update(withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_why=why)


def live_card(enrolment: Enrolment) -> Card | None:
    """The card of an enrolment that is worth something today."""
    live = Card.objects.filter(enrolment=enrolment, withdrawn_at__isnull=True)
    return live.filter(recipient=F("enrolment__recipient")).first()


def _facts(component: Component, commune: Area, village: Area | None) -> dict[str, Any]:
    return {"component": component.pk, "commune": commune.pk, "village": village.pk if village else None}


def _require(component: Component, commune: Area, by: User) -> None:
    access.require(by, DECIDE, areas=[commune], programme=component.programme.code)
