"""Sessions from telephones: how the questionnaire « seance-ma » is read, with the households that came."""

from __future__ import annotations

from jigi.delivery.fiches.reading import Form, Reading, printing_of, unknown_event, whole
from jigi.delivery.fiches.who import LEAVE, households_of
from jigi.delivery.sessions import queries, roll
from jigi.delivery.sessions.actions import Held
from jigi.delivery.sessions.attendance import Present
from jigi.delivery.sessions.models import Session
from jigi.enrolment.models import Enrolment
from jigi.registry.models import Household

CAME = {
    "": ("recipient", ""), "recipient": ("recipient", ""), "alternate": ("alternate", ""), "woman": ("other", "F"),
    "man": ("other", "M"),
}  # fmt: skip
"""Who of the household came, as the questionnaire says it: what it says of the person and their sex."""


def apply(said: Reading) -> None:
    """Say the session held, and write who came."""
    session = _session(said)
    said.of(session.contract, session.commune)
    held = Held(said.day("jour"), said["lieu"], said["animateur"], said.count("hommes"), said.count("femmes"))
    present = _present(said, session)
    said.check()
    roll.call(session, held, present, by=said.sender)


def _session(said: Reading) -> Session:
    """The session of its own number, or of that of its printed sheet, among those that the sender sees."""
    seen = queries.visible_to(said.sender)
    printing = printing_of(said.number)
    number = whole(said.number)
    if printing is not None:
        found = seen.filter(sheets__printing=printing).first()
    else:
        found = seen.filter(pk=number).first() if number else None
    if found is None:
        raise unknown_event(said, "seance", "séance")
    return found


def _present(said: Reading, session: Session) -> list[Present]:
    households = households_of(said)
    places = set(session.contract.communes.values_list("commune_id", flat=True))
    known = Household.objects.filter(pk__in=households.values(), status="active", commune__in=places)
    here = set(known.values_list("pk", flat=True))
    paid = Enrolment.objects.filter(household__in=here, component__kind__in=("regular", "emergency"))
    receive = set(paid.exclude(status="exited").values_list("household", flat=True))
    found: dict[int, Present] = {}
    for n, turn in said.turns.items():
        came = CAME.get(turn.get("qui", ""))
        household = households.get(n)
        if came is None:
            said.wrong(n, "qui", "Qui est venu ?", "Choisissez dans la liste.")
        if household is None:
            continue
        if household in found:
            said.wrong(n, "carte", "Ce ménage est déjà plus haut", "Laissez une des deux lignes de côté.")
        elif household not in here:
            what = "Ce ménage n’est pas des communes du contrat, ou a quitté le registre"
            said.wrong(n, "carte", what, "Laissez la ligne de côté : il est compté sans être nommé.")
        elif household not in receive:
            said.wrong(n, "carte", "Un ménage qui ne reçoit rien n’est nommé qu’avec son accord", LEAVE)
        else:
            found[household] = Present(household, *(came or ("recipient", "")))
    return list(found.values())


FORM = Form(
    "seance-ma", "Séance de mesures d’accompagnement", "seance", apply,
    {
        "seance": "numéro de la séance", "jour": "jour", "lieu": "lieu", "animateur": "animateur",
        "hommes": "hommes présents", "femmes": "femmes présentes",
    },
    "presences", {"qui": "qui est venu"},
)  # fmt: skip
