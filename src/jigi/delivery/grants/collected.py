"""Visits from telephones: the answers to the questionnaire « visite-agr » that intake received, each taken once.

What can't be taken stays, with its reason, and is tried again. The visit is its visitor's: it is taken by the right of
who sent it, as if typed on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from jigi.delivery.grants.grant_models import Grant, GrantFiche, GrantVisit
from jigi.delivery.grants.visits import Told, visit
from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.intake.answers import read_instance
from jigi.intake.models import Submission
from jigi.intake.reception import answers_of

FORM = "visite-agr"
NAMES = ("subvention", "jour", "visiteur", "nature", "activite", "revenu", "biens", "difficulte", "conseil")
LONGEST = 300
LONGEST_NUMBER = 9
"""Digits of an application’s number, that a column holds."""


@dataclass
class Taken:
    """What a run did: visits noted, and questionnaires held with their reason."""

    taken: int = 0
    held: int = 0


@unfenced
def take(*, by: User) -> Taken:
    """Take every waiting questionnaire of a visit; those held before are tried again. Refused without the right to
    plan, check or operate what is delivered."""
    if not any(can(by, right) for right in ("delivery.plan", "delivery.check", "delivery.operate")):
        raise Refused("Votre affectation ne permet pas de prendre les visites des téléphones")
    done = Taken()
    taken = Exists(GrantVisit.objects.filter(fiche=OuterRef("pk")))
    waiting = Submission.objects.filter(~taken, form_version__form__code=FORM).exclude(sealed=b"")
    for fiche in waiting.select_related("sent_by").order_by("pk"):
        if _take(fiche, by):
            done.taken += 1
        else:
            done.held += 1
    return done


def _take(fiche: Submission, by: User) -> bool:
    said: dict[str, str] = {}
    try:
        with transaction.atomic():
            said = _answers(fiche)
            visit(_grant(said["subvention"]), _told(said), fiche=fiche, by=fiche.sent_by)
            GrantFiche.objects.filter(fiche=fiche).delete()
    except JigiError as error:
        why = {"why": str(error)[:LONGEST], "said": said.get("subvention", "")[:40], "tried_by": by}
        GrantFiche.objects.update_or_create(fiche=fiche, defaults=why)
        audit.record("hold", "grant_fiche", fiche.pk, by=by, after={"why": why["why"]})
        return False
    return True


def _answers(fiche: Submission) -> dict[str, str]:
    root = read_instance(answers_of(fiche)).root
    found = {str(one.tag).rpartition("}")[2]: " ".join((one.text or "").split()) for one in root}
    return {name: found.get(name, "") for name in NAMES}


def number_of(said: str) -> tuple[str, int] | None:
    """The code of the call and the number of the application that a number typed on a telephone means."""
    code, _, tail = said.strip().upper().rpartition("-")
    return (code, int(tail)) if tail.isdecimal() and len(tail) <= LONGEST_NUMBER else None


def _grant(number: str) -> Grant:
    meant = number_of(number)
    known = Grant.objects.filter(call__code=meant[0], application__number=meant[1]) if meant else None
    found = known.select_related("call__contract__component__programme", "commune").first() if known else None
    if found is None:
        raise InputError(f"Aucune subvention n’a le numéro « {number[:40]} »", remedy="Corrigez-le sur la liste.")
    return found


def _told(said: dict[str, str]) -> Told:
    trouble = "" if said["difficulte"] == "none" else said["difficulte"]
    return Told(
        _day(said["jour"]), said["visiteur"], said["activite"], said["nature"] or "coaching",
        _francs(said["revenu"]), _francs(said["biens"]), trouble, said["conseil"],
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("La visite n’a pas de jour lisible") from None


def _francs(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InputError(f"« {text[:20]} » n’est pas un montant en francs")
    return int(text) if text else None
