"""Taking what telephones sent of events: each questionnaire once, whole or not at all, by the right of who sent it.

What can't be taken is held with its faults and tried again at each taking, after a person corrected it or the thing
that was missing has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from jigi.delivery.contracts.access import OPERATE, PLAN, may, may_operate
from jigi.delivery.fiches.models import FieldCorrection, FieldFault, FieldFiche
from jigi.delivery.fiches.reading import Form, Reading, read
from jigi.delivery.fiches.states import FICHE
from jigi.foundation import audit
from jigi.foundation.errors import JigiError, Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.intake.models import Submission

NOUN = FICHE.noun
RIGHTS = (PLAN, "delivery.check", OPERATE)
LONGEST_VALUE = 120
LEAST_REASON = 3


@dataclass
class Taken:
    """What a run did: questionnaires taken, and those held with their reasons."""

    taken: int = 0
    held: int = 0


@unfenced
def take(form: Form, *, by: User) -> Taken:
    """Take every waiting questionnaire of a form; those held before are tried again. Refused without the right to
    plan, check or operate what is delivered.
    """
    if not any(can(by, right) for right in RIGHTS):
        raise Refused("Votre affectation ne permet pas de prendre ce que les téléphones ont envoyé")
    done = Taken()
    settled = FieldFiche.objects.filter(fiche=OuterRef("pk")).exclude(status="held")
    waiting = Submission.objects.filter(~Exists(settled), form_version__form__code=form.code).exclude(sealed=b"")
    for fiche in waiting.select_related("sent_by").order_by("pk"):
        _count(done, _take(form, fiche, by))
    return done


@unfenced
def take_again(one: FieldFiche, form: Form, *, by: User) -> bool:
    """Try one that was held, after a correction: whether it is taken now."""
    require_mender(by, one)
    return bool(_take(form, one.fiche, by))


@unfenced
@transaction.atomic
def correct(one: FieldFiche, form: Form, line: int, question: str, value: str, *, by: User) -> None:
    """Put a value in the place of an answer; what was received stays. Line 0 is the questionnaire's own.

    Refused for a question that is read elsewhere only (a card, a name): its line is left out, and said on the page.
    """
    held = _locked(one, by)
    _require_hand(form, held, by)
    if question not in (form.line_questions if line else form.questions):
        raise Refused(
            "Cette réponse ne se corrige pas ici",
            remedy="Laissez la ligne de côté, et saisissez-la sur la page de l’activité.",
        )
    said = " ".join(value.split())[:LONGEST_VALUE]
    if not said:
        raise Refused("Par quoi remplacer cette réponse ?", remedy="Écrivez la bonne valeur.")
    _put(held, line, question, said, by)


@unfenced
@transaction.atomic
def leave_out(one: FieldFiche, form: Form, line: int, *, reason: str, by: User) -> None:
    """Leave a line out of a questionnaire, so that the others may be taken."""
    held = _locked(one, by)
    _require_hand(form, held, by)
    if not line:
        raise Refused("Quelle ligne ?", remedy="Choisissez une ligne de la fiche.")
    _put(held, line, "", _why(reason), by)


@unfenced
@transaction.atomic
def drop(one: FieldFiche, *, reason: str, by: User) -> None:
    """Set a questionnaire aside: it was entered otherwise, or is of nothing. It is tried no more."""
    held = _locked(one, by)
    FICHE.move(held, "drop", by=by, reason=_why(reason))
    one.refresh_from_db()


@unfenced
@transaction.atomic
def restore(one: FieldFiche, *, by: User) -> None:
    """Let one that was set aside be taken after all."""
    require_mender(by, one)
    if not one.fiche.sealed:
        raise Refused("Les réponses de cette fiche ont été effacées", remedy="Il n’y a plus rien à prendre.")
    FICHE.move(one, "restore", by=by)


def may_mend(by: User, one: FieldFiche) -> bool:
    """Whether a person corrects it: who sent it, who works for its contract or plans there; who plans, while no
    contract is known.
    """
    if one.sent_by_id == by.pk:
        return True
    if one.contract is None or one.commune is None:
        return can(by, PLAN)
    return may_operate(by, one.contract, one.commune) or may(by, PLAN, one.contract, [one.commune])


def require_mender(by: User, one: FieldFiche) -> None:
    """Refused to whom `may_mend` says no."""
    if not may_mend(by, one):
        raise Refused("Cette fiche n’est pas de vos contrats", remedy="Demandez à qui l’a envoyée.")


def _require_hand(form: Form, held: FieldFiche, by: User) -> None:
    """A sheet of days is entered twice, by two people: who corrected another's entry would have made both."""
    if form.own and held.sent_by_id != by.pk:
        raise Refused(
            "Cette saisie est celle de qui l’a envoyée",
            remedy="Demandez-lui de la corriger, ou écartez la fiche et faites ressaisir la feuille.",
        )


def _take(form: Form, fiche: Submission, by: User) -> bool | None:
    """Whether it was taken; None when another took it meanwhile."""
    with transaction.atomic():
        first = {"form": form.code, "sent_by": fiche.sent_by, "sent_at": fiche.received_at, "tried_by": by}
        FieldFiche.objects.get_or_create(fiche=fiche, defaults=first)
        one = FieldFiche.objects.select_for_update(of=("self",)).get(fiche=fiche)
        if one.status != "held":
            return None
        said = Reading(fiche, {}, {})
        try:
            with transaction.atomic():
                said = read(form, fiche, one)
                form.apply(said)
                said.check()
        except JigiError as error:
            if not said.faults:
                said.blame(error)
            _hold(one, said, by)
            return False
        except (DataError, IntegrityError):  # one questionnaire that no rule foresaw must not stop the others
            said.blame(
                JigiError("La base a refusé cette fiche", remedy="Écartez-la, et saisissez l’activité à la page.")
            )
            _hold(one, said, by)
            return False
        assert said.contract is not None, "what is taken is of a contract"
        FieldFault.objects.filter(fiche=one).delete()
        FICHE.move(one, "take", by=by, **_found(said, by))
        return True


def _hold(one: FieldFiche, said: Reading, by: User) -> None:
    known = FieldFault.objects.filter(fiche=one).order_by("pk")
    is_news = [(fault.line, fault.question, fault.what) for fault in said.faults] != list(
        known.values_list("line", "question", "what")
    )
    known.delete()
    for fault in said.faults:
        fault.fiche = one
    FieldFault.objects.bulk_create(said.faults)
    FieldFiche.objects.filter(pk=one.pk).update(**_found(said, by))
    if is_news:  # what is tried at each taking and still waits for the same thing leaves one row
        audit.record("note_faults", NOUN, one.pk, by=by, after={"faults": len(said.faults), "why": said.faults[0].what})


def _found(said: Reading, by: User) -> dict[str, Any]:
    return {
        "contract": said.contract, "commune": said.commune, "number": said.number,
        "households": sorted(said.households), "tried_by": by, "tried_at": timezone.now(),
    }  # fmt: skip


def _locked(one: FieldFiche, by: User) -> FieldFiche:
    held = FieldFiche.objects.select_for_update(of=("self",)).get(pk=one.pk)
    require_mender(by, held)
    if held.status != "held":
        raise Raced(f"Cette fiche est « {held.get_status_display()} »", remedy="Rechargez la page.")
    return held


def _put(held: FieldFiche, line: int, question: str, value: str, by: User) -> None:
    said = {"value": value, "made_by": by, "made_at": timezone.now()}
    FieldCorrection.objects.update_or_create(fiche=held, line=line, question=question, defaults=said)
    audit.record("correct", NOUN, held.pk, by=by, after={"line": line, "question": question, "value": value})


def _why(reason: str) -> str:
    said = " ".join(reason.split())[:LONGEST_VALUE]
    if len(said) < LEAST_REASON:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return said


def _count(done: Taken, taken: bool | None) -> None:
    if taken is not None:
        done.taken += taken
        done.held += not taken
