"""A telephone that fills the questionnaires of events and sends them, as ODK Collect does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jigi.delivery.collected import FORMS
from jigi.delivery.fiches import actions
from jigi.delivery.fiches.actions import Taken
from jigi.delivery.fiches.models import FieldFault, FieldFiche
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.intake.actions import load_form, publish
from jigi.intake.reception import receive

VERSIONS = {"visite-agr": "2026-1"}


def ready(code: str, *collectors: User, area: Area, by: User) -> None:
    """The questionnaire is published, and these people may collect in a place."""
    publish(load_form(code, by=by).version, by=by)
    for user in collectors:
        StaffPosting.objects.create(user=user, role="enumerator", area=area, starts_on="2014-01-01")


def send(
    by: User, code: str, number: str, said: Mapping[str, object], turns: Sequence[Mapping[str, object]] = ()
) -> FieldFiche | None:
    """Send a filled questionnaire under a number of its own; what is known of it already."""
    lines = "".join(f"<{FORMS[code].repeat}>{_xml(turn)}</{FORMS[code].repeat}>" for turn in turns)
    meta = f"<meta><instanceID>uuid:{number}</instanceID></meta>"
    content = f'<data id="{code}" version="{VERSIONS.get(code, "2026-2")}">{_xml(said)}{lines}{meta}</data>'
    made = receive(content.encode(), files={}, device="essai", by=by).submission
    return FieldFiche.objects.filter(fiche=made).first()


def taken(code: str, by: User) -> tuple[int, int]:
    """Take what waits: how many are taken, how many are held."""
    done: Taken = actions.take(FORMS[code], by=by)
    return done.taken, done.held


def faults() -> list[tuple[int, str, str]]:
    """What is wrong of the questionnaires that are held: line, question, what."""
    return list(FieldFault.objects.order_by("fiche", "pk").values_list("line", "question", "what"))


def _xml(said: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in said.items())
