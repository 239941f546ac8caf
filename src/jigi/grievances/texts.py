"""What people write by SMS: read upward from the messages received, it becomes complaints, or is told where one stands.

Each message is claimed once, in the transaction of what it becomes: another worker skips it, a dead one leaves it to
the next. What is said back is the same whether the register knows the telephone or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jigi.foundation.attempts import TooMany
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.vault import Unsealable
from jigi.grievances import actions, queries
from jigi.grievances.actions import SHORTEST, Heard
from jigi.grievances.models import Arrival, Case, Category
from jigi.grievances.rules import asked_by_text, folded, read_number, written
from jigi.grievances.unattended import commune_of, count, homes_of, one_by_one, say
from jigi.messaging import hearing
from jigi.messaging.models import Inbound
from jigi.messaging.rules import spelled

AT_ONCE = 500
UNSORTED = "other"
Became = Arrival.Became


def hear_all() -> Counter[str]:
    """Hear what waits; returns how many became what."""
    done: Counter[str] = Counter()
    while found := waiting():
        became = one_by_one(hear, found)
        done.update(one for one in became if one)
        if len(found) < AT_ONCE or not any(became):  # the others are in the hands of another worker
            break
    return done


@unfenced
def waiting() -> list[int]:
    """The messages that nobody has looked at, first come first."""
    return [row["id"] for row in fetch_sql("grievances", "texts_waiting", {"most": AT_ONCE})]


@unfenced
@transaction.atomic
def hear(message: int) -> str:
    """Claim one message and do what it asks; "" when another has it."""
    claimed = fetch_sql("grievances", "claim_text", {"message": message})
    if not claimed:
        return ""
    arrival = Arrival.objects.select_related("inbound").get(pk=claimed[0]["id"])
    inbound = arrival.inbound
    assert inbound is not None, "just claimed"
    try:
        with transaction.atomic():
            became, case = _done(inbound)
    except TooMany:
        became, case = Became.LIMITED, None
    except (Refused, Unsealable):
        became, case = Became.REFUSED, None
    arrival.became, arrival.case = became, case
    arrival.save(update_fields=["became", "case"])
    return str(became)


def words() -> Collection[str]:
    """The words of the settings that open a complaint, folded."""
    return {folded(word.strip()) for word in settings.COMPLAINT_WORDS.split(",") if word.strip()}


def _done(inbound: Inbound) -> tuple[Became, Case | None]:
    verb, rest = asked_by_text(inbound.text, words())
    if verb == "follow":
        count("followed", bytes(inbound.phone_index))
        _say_state(inbound, rest)
        hearing.take_over(inbound, "answered", keep_text=True)
        return Became.FOLLOWED, None
    if verb == "complaint" and len(rest) >= SHORTEST:
        count("complaint", bytes(inbound.phone_index))
        case = _received(inbound, rest)
        _say(inbound, "complaint_received", numero=case.said)
        hearing.take_over(inbound, "complaint", keep_text=False)
        return Became.COMPLAINT, case
    if verb == "complaint" and "*" not in words():
        count("hint", bytes(inbound.phone_index))
        _say(inbound, "complaint_how")
        hearing.take_over(inbound, "answered", keep_text=True)
        return Became.SHORT, None
    return Became.NOTHING, None


def _received(inbound: Inbound, told: str) -> Case:
    """The case of a story: of nobody, unless the register knows the telephone; then its households are proposed."""
    index, day = bytes(inbound.phone_index), timezone.localdate(inbound.received_at)
    homes = homes_of(index)
    heard = Heard(
        unsorted(), told, Case.Channel.SMS, commune=commune_of(homes),
        phone=inbound.phone if homes else "", anonymous=not homes, received_on=day, others=homes,
    )  # fmt: skip
    same = Case.objects.filter(arrivals__inbound__phone_index=index, received_on=day)
    return actions.receive_from_public(heard, same=same)


def unsorted() -> str:
    """The category of what nobody has sorted: « other », or the least grave of the ordinary ones."""
    ordinary = Category.objects.filter(in_use=True, sensitive=False).order_by("severity", "code")
    found = ordinary.filter(code=UNSORTED).first() or ordinary.first()
    if found is None:
        raise Refused("Aucune catégorie ordinaire n’est en usage", remedy="Chargez le fichier des catégories.")
    return found.code


def _say_state(inbound: Inbound, typed: str) -> None:
    """The same answers as the page of following: misread, where it stands, or that nothing can be shown."""
    number = read_number(typed)
    if number is None:
        return _say(inbound, "complaint_misread")
    if said := queries.said_of(queries.followed(number)):
        return _say(inbound, "complaint_state", numero=written(number), etat=spelled(said))
    return _say(inbound, "complaint_unseen", numero=written(number))


def _say(inbound: Inbound, template: str, **values: str) -> None:
    say(f"{template}:{inbound.pk}", template, bytes(inbound.phone_sealed), bytes(inbound.phone_index), values)
