"""A roll called without network: that a session was held and who came, said in one act, and taken once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.fiches.who import household_of
from jigi.delivery.sessions import actions, attendance
from jigi.delivery.sessions.actions import Held
from jigi.delivery.sessions.attendance import Present
from jigi.delivery.sessions.models import Attendance, Session
from jigi.enrolment import cards
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User


@dataclass(frozen=True)
class Carried:
    """What a phone carries to a session: the lines of who receives a transfer there (as `attendance.list_of`, each with
    the numbers of its live `cards`), and the numbers of the cards that were withdrawn, which name nobody.
    """

    lines: list[dict[str, Any]]
    withdrawn: list[str]


@unfenced
def carry(session: Session, *, by: User) -> Carried:
    """The list of a planned session, for a phone that will call it without network; the reading is in the trace."""
    require_operator(by, session.contract, session.commune)
    if session.status != "planned":
        raise Refused(
            f"Cette séance est « {session.get_status_display()} »",
            remedy="Sa liste ne se charge plus : voyez la page de la séance.",
        )
    rows = [row for row in attendance.listed(session, by, "export") if row["recipient"]]
    known = cards.known_of(row["household_id"] for row in rows)
    return Carried([{**row, "cards": known.live.get(row["household_id"], [])} for row in rows], known.withdrawn)


def with_cards(present: Sequence[Present], texts: Iterable[str]) -> list[Present]:
    """Those present, with the households of cards that were read and that the list does not name. Refused for a card
    that is not ours or was withdrawn.
    """
    found = {one.household_id: one for one in present}
    for text in texts:
        household = household_of(text)
        found.setdefault(household, Present(household))
    return list(found.values())


@unfenced
@transaction.atomic
def call(session: Session, said: Held, present: Sequence[Present], *, read: Iterable[str] = (), by: User) -> bool:
    """Say that a session was held and write who came, or nothing: whether it is new.

    `read` are the square codes of households that the list does not name. Said again alike, it changes nothing. Raced
    when the session was said held otherwise; refused as `actions.hold` and `attendance.enter`.
    """
    require_operator(by, session.contract, session.commune)
    present = with_cards(present, read)
    held = Session.objects.select_for_update(of=("self",)).select_related("held_by").get(pk=session.pk)
    if held.status in ("held", "checked"):
        if _is_told(held, said, present):
            return False
        raise Raced(
            "Cette séance est déjà dite tenue, autrement", why=f"La dernière saisie est celle de {held.held_by}.",
            remedy="Ouvrez la séance, comparez, et corrigez-la s’il le faut.",
        )  # fmt: skip
    actions.hold(session, said, by=by)
    if present:
        attendance.enter(session, present, version=session.version, by=by, means=Attendance.Means.PHONE)
    return True


def _is_told(held: Session, said: Held, present: Sequence[Present]) -> bool:
    """Whether a session says already what is said again."""
    place, leader = (" ".join(text.split())[:120] for text in (said.place, said.facilitator))
    facts = (held.held_on, held.place, held.facilitator, held.men, held.women)
    named = Attendance.objects.filter(session=held).values_list("household", flat=True)
    again = (said.held_on, place, leader, said.men, said.women)
    return facts == again and set(named) == {one.household_id for one in present}
