"""Days of training: held in a commune of a call, and who was present. Days followed are a condition of what comes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.grants.actions import not_future, said
from jigi.delivery.grants.models import GrantCall
from jigi.delivery.grants.selection_models import GrantTrainee, GrantTraining
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area

NOUN = "grant_training"
STATUSES = ("open", "closed", "decided")


@dataclass(frozen=True)
class Day:
    """A day of training as it was held."""

    day: date
    place: str
    subject: str
    trainer: str


@transaction.atomic
def hold(call: GrantCall, commune: Area, day: Day, *, by: User) -> GrantTraining:
    """Note a day of training. Raises Refused outside the call's communes, its contract's dates, or in the future."""
    require_operator(by, call.contract, commune)
    _check(call, commune, day)
    try:
        with transaction.atomic():
            made = GrantTraining.objects.create(
                call=call, contract_id=call.contract_id, commune=commune, made_by=by, **asdict(day)
            )
    except IntegrityError as error:
        raise Refused("Cette journée est déjà notée, le même jour au même lieu", remedy="Ouvrez-la.") from error
    after = {"call": call.code, "area": commune.name, "day": f"{day.day}", "subject": day.subject}
    audit.record("make", NOUN, made.pk, by=by, after=after)
    return made


@unfenced
@transaction.atomic
def correct(training: GrantTraining, day: Day, *, reason: str, by: User) -> None:
    """Write a day of training anew; who was present follows it. Refused when somebody was elsewhere the new day."""
    require_operator(by, training.call.contract, training.commune)
    _check(training.call, training.commune, day)
    before = {"day": f"{training.day}", "place": training.place, "subject": training.subject}
    try:
        with transaction.atomic():
            GrantTraining.objects.filter(pk=training.pk).update(**asdict(day))
    except IntegrityError as error:
        raise Refused(
            "Des présents sont déjà notés ailleurs ce jour-là, ou la journée existe", remedy="Voyez l’autre journée."
        ) from error
    after = {"day": f"{day.day}", "place": day.place, "subject": day.subject}
    audit.record("correct", NOUN, training.pk, by=by, before=before, after=after, reason=said(reason))
    training.refresh_from_db()


def digest_of(present: Iterable[int]) -> str:
    """Who was present, as a digest: a page sends back the one of what it showed."""
    return hashlib.sha256(" ".join(map(str, sorted(present))).encode()).hexdigest()


@unfenced
@transaction.atomic
def mark(training: GrantTraining, present: Collection[int], *, shown: str | None = None, by: User) -> int:
    """Say who was present: the numbers of the applications, all of them; who is left out was absent. Returns how many.

    `shown` is the `digest_of` the presences that the person read; None, for who read none. Doing it again changes
    nothing. Raises Raced when somebody marked since; Refused for an application of another call or commune or
    withdrawn, or one that is noted elsewhere that day.
    """
    require_operator(by, training.call.contract, training.commune)
    GrantTraining.objects.select_for_update(no_key=True).get(pk=training.pk)
    asked = set(present)
    of_here = training.call.applications.filter(pk__in=asked, commune=training.commune_id)
    found = {one.pk: one for one in of_here.exclude(status__in=("withdrawn",))}
    if len(found) < len(asked):
        raise Refused(
            "Une candidature n’est pas de cet appel dans la commune de la formation, ou elle est retirée",
            remedy="Rechargez la liste.",
        )
    was = set(training.trainees.values_list("application", flat=True))
    if was != asked and shown not in (None, digest_of(was)):
        raise Raced(
            "Depuis que vous avez ouvert cette liste, quelqu’un a noté des présences",
            remedy="Rechargez-la : ses présences y sont, ajoutez les vôtres.",
        )
    training.trainees.exclude(application__in=asked).delete()
    rows = [
        GrantTrainee(
            training=training, application=one, contract_id=training.contract_id, commune_id=training.commune_id,
            household_id=one.household_id, person_id=one.applicant_id, held_on=training.day, made_by=by,
        )
        for one in found.values() if one.pk not in was
    ]  # fmt: skip
    try:
        with transaction.atomic():
            GrantTrainee.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Refused(
            "Un présent est déjà noté ce jour-là à une autre formation",
            remedy="Un jour compte une fois : voyez l’autre.",
        ) from error
    if was != asked:
        changed = [one.household_id for one in training.call.applications.filter(pk__in=was ^ asked)]
        audit.record(
            "mark", NOUN, training.pk, by=by, before={"present": len(was)}, after={"present": len(asked)},
            subjects=changed,
        )  # fmt: skip
    return len(asked)


def _check(call: GrantCall, commune: Area, day: Day) -> None:
    if call.status not in STATUSES:
        raise Refused(
            f"L’appel {call.code} est « {call.get_status_display()} »", remedy="On forme après son ouverture."
        )
    if not call.communes.filter(commune=commune).exists():
        raise Refused(f"{commune.name} n’est pas une commune de l’appel", remedy="Choisissez l’une des siennes.")
    not_future(day.day, "Une formation")
    if not call.opens_on <= day.day <= call.contract.ends_on:
        raise Refused("Ce jour est hors de l’appel et de son contrat", remedy="Corrigez la date.")
    if not (day.place.strip() and day.subject.strip() and day.trainer.strip()):
        raise Refused("Une formation a un lieu, un thème et un formateur")
