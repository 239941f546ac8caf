"""Putting messages in the outbox: one row a cause, in the transaction of whoever has something to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.messaging import catalogue, rules
from jigi.messaging.models import Message, Sender
from jigi.messaging.states import LIVE

OPERATE = "messages.operate"
KEPT = timedelta(hours=48)
"""A message that could not leave for so long is of no use any more, unless who writes it says otherwise."""


@dataclass(frozen=True)
class Line:
    """One message to write: its cause, to whom (sealed as the register holds it), and what fills the template.

    `area` is the number of the place that says who may read of it; `household` a number of the register, or None.
    """

    cause: str
    phone_sealed: bytes
    phone_index: bytes
    values: Mapping[str, str]
    area: int
    household: int | None = None
    programme: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Wording:
    """What messages of one kind have in common."""

    template: str
    language: str = "fr"
    channel: str = "sms"
    batch: str = ""
    urgent: bool = False
    not_before: datetime | None = None
    expires_at: datetime | None = None


def written(wording: Wording, values: Mapping[str, str]) -> tuple[str, int, int]:
    """The words of one message, how many SMS (or spans of a call) they take and what they cost at most."""
    found = catalogue.template(wording.template).text(wording.language, wording.channel)
    text = rules.fill(found.text, values)
    count, cost = rules.weigh(text, wording.channel, catalogue.terms().tariff, spoken_s=found.seconds)
    return text, count, cost


@unfenced
@transaction.atomic
def queue(wording: Wording, lines: Sequence[Line], *, by: User | None) -> int:
    """Store messages that the worker sends; returns how many are new: a cause that is known already stays as it was.

    The caller has asked the right of `by`. A line without telephone is an error of the caller.
    """
    if not lines:
        return 0
    template = catalogue.template(wording.template)
    words = template.text(wording.language, wording.channel)
    made = [written(wording, line.values) for line in lines]
    names = senders()
    now = timezone.now()
    facts: dict[str, Any] = {
        "batch": wording.batch, "channel": wording.channel, "template": template.code, "language": wording.language,
        "urgent": wording.urgent, "not_before": wording.not_before or now,
        "expires_at": wording.expires_at or (wording.not_before or now) + KEPT, "by": by.pk if by else None,
        "causes": [line.cause for line in lines],
        "senders": [sender_of(names, line.programme, line.organisation) for line in lines],
        "phones": [line.phone_sealed for line in lines], "indexes": [line.phone_index for line in lines],
        "texts": list(vault().seal_many("message", (text for text, _, _ in made))),
        "recordings": [words.recording if wording.channel == "voice" else ""] * len(lines),
        "segments": [count for _, count, _ in made], "costs": [cost for _, _, cost in made],
        "households": [line.household for line in lines], "areas": [line.area for line in lines],
        "programmes": [line.programme for line in lines], "organisations": [line.organisation for line in lines],
    }  # fmt: skip
    return run_sql("messaging", "queue", facts)


@unfenced
@transaction.atomic
def cancel(batch: str, *, by: User) -> int:
    """Take back what of a batch has not left; returns how many. The caller has asked the right and keeps the audit."""
    assert batch, "a cancelling names its batch"
    now = timezone.now()
    # First of all that lives: a row whose answer is awaited may be put back, and is of no use from now on.
    Message.objects.filter(batch=batch, status__in=LIVE).update(expires_at=Least("expires_at", Value(now)))
    return Message.objects.filter(batch=batch, status="queued").update(
        status="cancelled", ended_at=now, problem=f"annulé par {by.username}"[:160]
    )


@unfenced
def figures(batch: str = "") -> dict[str, dict[str, int]]:
    """Messages, SMS and francs by state, of one batch or of all: sums, nobody is shown."""
    found = fetch_sql("messaging", "figures", {"batch": batch})
    return {row.pop("status"): row for row in found}


def senders() -> Mapping[tuple[str, str], str]:
    """The names by (programme, agency)."""
    found = Sender.objects.values_list("programme_code", "organisation", "name")
    return {(programme, organisation): name for programme, organisation, name in found}


def sender_of(names: Mapping[tuple[str, str], str], programme: str, organisation: str) -> str:
    """The name that fits best: the agency's in the programme, the agency's, the programme's, the site's."""
    for key in ((programme, organisation), ("", organisation), (programme, ""), ("", "")):
        if name := names.get(key):
            return name
    return str(settings.MESSAGES_SENDER)


def operates(user: User, programme: str = "", organisation: str = "") -> bool:
    """Whether a person may set what messages of a programme (all when blank), or of an agency, are, in the country."""
    return any(
        one.area.level == Area.Level.COUNTRY and one.organisation in ("", organisation)
        and one.programme_code in ("", programme)
        for one in postings_with(user, OPERATE)
    )  # fmt: skip


def require_operator(by: User, programme: str, organisation: str = "") -> None:
    """Raise Refused unless `operates`."""
    if not operates(by, programme, organisation):
        raise Refused(
            "Votre affectation ne permet pas ceci : un expéditeur ou un avis vaut dans tout le pays",
            why="" if programme else "celui-ci vaut pour tous les programmes",
            remedy="Demandez à qui règle les messages pour le pays et pour ce programme.",
        )


@transaction.atomic
def set_sender(programme: str, organisation: str, name: str, *, by: User) -> None:
    """Give messages of a programme, of an agency or of the site the name under which they arrive.

    It speaks for the whole programme, or for all of them when it is blank: by who operates messages in the country for
    as much. Who works for an agency names that agency alone.
    """
    require_operator(by, programme, organisation)
    said = name.strip()
    if not (3 <= len(said) <= 11 and said.isascii() and said.replace(" ", "").isalnum()):
        raise Refused(
            "Ce nom d’expéditeur ne va pas", remedy="De 3 à 11 lettres sans accent ou chiffres, comme JIGISEMEJI."
        )
    held, _ = Sender.objects.update_or_create(
        programme_code=programme, organisation=organisation, defaults={"name": said, "set_by": by}
    )
    after = {"programme": programme, "organisation": organisation, "name": said}
    audit.record("set_sender", "message_sender", held.pk, by=by, after=after)
