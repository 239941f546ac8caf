"""A session of USSD: its menu (ussd_rules.py), and the one complaint that it may become."""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from jigi.foundation.attempts import TooMany
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.grievances import actions, queries, ussd_rules
from jigi.grievances.actions import Heard
from jigi.grievances.models import Arrival, Case, Category
from jigi.grievances.rules import written
from jigi.grievances.unattended import commune_of, count, homes_of, say
from jigi.grievances.ussd_rules import Ask, Choice, End, File, Follow, Menu, screen, walk


@unfenced
@transaction.atomic
def answer(session: str, phone: str, text: str) -> str:
    """What the gateway shows next, « CON … » or « END … ». The same session never makes two complaints: asked again,
    whatever it typed since, it is told the number of the first."""
    try:
        with transaction.atomic():
            return _shown(walk(text, _menu()), session, phone)
    except TooMany:
        return screen("END", ussd_rules.LATER)
    except Refused:
        return screen("END", ussd_rules.OUT)


def _shown(step: ussd_rules.Step, session: str, phone: str) -> str:
    match step:
        case Ask(text):
            return screen("CON", text)
        case End(text):
            return screen("END", text)
        case Follow(number):
            count("followed", vault().index("phone", phone))
            found = queries.said_of(queries.followed(number))
            return screen("END", ussd_rules.stood(written(number), found))
        case File():
            return screen("END", ussd_rules.filed(_filed(step, session, phone).said))


def _filed(asked: File, session: str, phone: str) -> Case:
    """The case of a session: made by the first that asks, the others wait for it and find it. Gateways give the number
    of a session again: it is one with its telephone and its day."""
    index = vault().index("phone", phone)
    named = f"{session}\0{index.hex()}\0{timezone.localdate()}"
    key = f"ussd:{sha256(named.encode()).hexdigest()}"
    Arrival.objects.bulk_create([Arrival(key=key)], ignore_conflicts=True)
    arrival = Arrival.objects.select_for_update(of=("self",)).select_related("case").get(key=key)
    if arrival.case is not None:
        return arrival.case
    count("complaint", index)
    case = actions.receive(_heard(asked, phone, index), by=None)
    arrival.became, arrival.case = Arrival.Became.COMPLAINT, case
    arrival.save(update_fields=["became", "case"])
    if asked.call_back and not asked.choice.sensitive:  # a message of it stays in the telephone
        cause = f"complaint_received:ussd:{arrival.pk}"
        say(cause, "complaint_received", vault().seal("phone", phone), index, {"numero": case.said})
    return case


def _heard(asked: File, phone: str, index: bytes) -> Heard:
    """Of nobody, unless they want to be called; the households of their telephone are proposed, but not in what is
    sensitive: the telephone may be that of whom they complain."""
    homes = homes_of(index) if asked.call_back and not asked.choice.sensitive else []
    commune = _commune(asked.commune) or commune_of(homes) if homes else _commune(asked.commune)
    told = f"Par USSD, sans récit : « {asked.choice.label} »."
    return Heard(
        asked.choice.code, told, Case.Channel.USSD, commune=commune, phone=phone if asked.call_back else "",
        anonymous=not asked.call_back, others=homes,
    )  # fmt: skip


def _menu() -> Menu:
    offered = Category.objects.filter(in_use=True).exclude(short="").order_by("sensitive", "-severity", "code")
    choices = [Choice(one.code, one.short, one.sensitive) for one in offered]
    return Menu(choices, lambda code: found.name if (found := _commune(code)) else "")


def _commune(digits: str) -> Area | None:
    """The commune whose code ends with these six digits, after the letters of the country."""
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    communes = Area.objects.filter(version=version_in_use(), level=Area.Level.COMMUNE)
    return communes.filter(code=f"ML{digits}").first()
