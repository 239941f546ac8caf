"""What comes from the field, taken once: a fiche's answers, its files in one post or in several.

The same fiche again changes nothing. Other answers under a number already taken are refused, and kept as a conflict
for a person to compare: neither is lost, neither replaces the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import InputError, JigiError, Raced, TooLarge
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.received import cleaned, kind_of
from jigi.foundation.sealed import opened_bytes, sealed_bytes
from jigi.geography.access import require
from jigi.intake.answers import Instance, read_instance
from jigi.intake.collection import RIGHT
from jigi.intake.models import Attachment, FormVersion, Submission, SubmissionConflict
from jigi.intake.states import SUBMISSION

KIND = "answers"
MOST_FILES = 60
LONGEST_REASON = 300
_RECEIVED = (FormVersion.Status.PUBLISHED, FormVersion.Status.RETIRED)


class UnknownForm(JigiError):
    """The fiche answers a form, or a version, that is not here."""


@dataclass(frozen=True)
class Received:
    """What a post did: the fiche, whether it is new, and how many files it brought."""

    submission: Submission
    is_new: bool
    files: int


def receive(content: bytes, *, files: Mapping[str, bytes], device: str, by: User) -> Received:
    """Take what a device sends. Sending it again is harmless, and may bring more files.

    InputError for what is no fiche, UnknownForm for a form or version that is not offered here, TooLarge for a file,
    Raced for other answers under a number already taken (they are kept apart), Refused without the right to collect.
    """
    require(by, RIGHT)
    instance = read_instance(content)
    _check_files(instance, files)
    if received := _receive(instance, content, files, device[:120], by):
        return received
    raise Raced(
        "Une autre fiche a déjà ce numéro, avec d’autres réponses",
        why="Les deux sont gardées, et une personne les comparera.",
        remedy="Ne renvoyez pas cette fiche : montrez-la à votre superviseur.",
    )


@unfenced
@transaction.atomic(savepoint=False)
def _receive(instance: Instance, content: bytes, files: Mapping[str, bytes], device: str, by: User) -> Received | None:
    """In one transaction; None for a conflict, which is kept, so nothing is raised for it here."""
    digest = hashlib.sha256(content).hexdigest()
    facts = {
        "instance": instance.number, "form": instance.form, "version": instance.version, "digest": digest,
        "device": device, "by": by.pk, "sealed": sealed_answers(content),
    }  # fmt: skip
    made = fetch_sql("intake", "receive", facts)
    if made:
        row = made[0]
        submission = Submission(
            pk=row["id"], form_version_id=row["form_version_id"], instance_id=instance.number, digest=digest,
            sealed=facts["sealed"], device=device, sent_by=by,
        )  # fmt: skip
    else:
        submission = _known(instance)
    if submission.digest != digest:
        _keep_conflict(submission, facts, device, by)
        return None
    added = _keep_files(submission, files)
    if made or added:
        told = {"form": instance.form, "version": instance.version, "device": device, "files": added}
        audit.record("receive", SUBMISSION.noun, submission.pk, by=by, after=told)
    return Received(submission, bool(made), added)


@unfenced
@transaction.atomic
def take_over(submission: Submission) -> None:
    """Empty the answers and the files of a fiche that a package above keeps elsewhere, and forget other answers that
    came under its number: sent again, it is known."""
    Submission.objects.filter(pk=submission.pk).update(sealed=b"", device="")
    submission.attachments.update(content=b"", held_sealed=b"", held_because="")
    submission.conflicts.all().delete()


def _known(instance: Instance) -> Submission:
    """The fiche that has this number already. Raises UnknownForm when there is none: it was not taken for its form."""
    found = Submission.objects.filter(instance_id=instance.number).first()
    if found is None:
        offered = FormVersion.objects.filter(form__code=instance.form, status__in=_RECEIVED)
        raise UnknownForm(
            f"La version « {instance.version[:60]} » de ce questionnaire n’est pas connue ici"
            if offered.exists()
            else f"Le questionnaire « {instance.form[:60]} » n’est pas connu ici",
            remedy="Gardez la fiche, prenez le questionnaire à jour, et prévenez votre superviseur.",
        )
    return found


def _check_files(instance: Instance, files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_FILES:
        raise TooLarge(f"Une fiche a au plus {MOST_FILES} pièces jointes", remedy="Retirez-en, puis renvoyez-la")
    named = instance.files
    for name, content in files.items():
        if name not in named:
            raise InputError("Cette pièce jointe n’est nommée nulle part dans la fiche", file=name[:120],
                             remedy="Gardez la fiche et montrez-la à votre superviseur")  # fmt: skip
        if len(content) > Attachment.MOST_BYTES:
            raise TooLarge(
                f"La pièce « {name[:60]} » dépasse {Attachment.MOST_BYTES // (1024 * 1024)} Mo",
                remedy="Réglez l’appareil sur des photographies plus petites",
            )


def _keep_files(submission: Submission, files: Mapping[str, bytes]) -> int:
    """Keep the files that are not there yet; one already there under this name is the one that counts."""
    known = set(submission.attachments.values_list("file_name", flat=True)) if files else set()
    made = [_attachment(submission, name, content) for name, content in files.items() if name not in known]
    Attachment.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _attachment(submission: Submission, name: str, content: bytes) -> Attachment:
    """What was sent, made harmless. What can't be read is sealed with the reason: a phone sends it once only."""
    digest = hashlib.sha256(content).hexdigest()
    one = Attachment(submission=submission, file_name=name, digest=digest, kind=kind_of(content))
    try:
        clean = cleaned(content)
    except JigiError as error:
        one.held_sealed, one.held_because = sealed_bytes(KIND, content), str(error)[:LONGEST_REASON]
    else:
        one.kind, one.content = clean.kind, clean.content
    return one


def _keep_conflict(submission: Submission, facts: Mapping[str, object], device: str, by: User) -> None:
    _, made = SubmissionConflict.objects.get_or_create(
        submission=submission, digest=str(facts["digest"]),
        defaults={"sealed": facts["sealed"], "device": device, "sent_by": by},
    )  # fmt: skip
    if made:
        audit.record("conflict", SUBMISSION.noun, submission.pk, by=by, after={"sha256": facts["digest"]})


def sealed_answers(content: bytes) -> bytes:
    """What a device sent, sealed, in whatever encoding it came."""
    return sealed_bytes(KIND, content)


def answers_of(submission: Submission | SubmissionConflict) -> bytes:
    """What the device sent, opened. Whoever calls records the reading."""
    return opened_bytes(KIND, submission.sealed)
