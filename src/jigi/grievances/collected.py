"""Complaints from telephones of the field: the questionnaire « plainte », taken once by the right of who sent it.

What can't be taken is held with what is wrong, in French, and tried again once a person has corrected it. What was
taken is kept with the case alone: the answers are emptied where they were received.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import JigiError, Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with, require
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.grievances import actions, queries, recordings
from jigi.grievances.actions import Heard
from jigi.grievances.models import Arrival, ArrivalFault, Case, Category
from jigi.grievances.unattended import one_by_one
from jigi.intake import reception
from jigi.intake.answers import read_instance, values_of
from jigi.intake.models import Attachment, Submission
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.registry.rsu import digits_of

FORM, NOUN = "plainte", "grievance_fiche"
QUESTIONS = {
    "jour": "jour de la plainte", "categorie": "de quoi il s’agit", "langue": "langue", "commune": "code de la commune",
    "rsu": "numéro RSU du ménage", "anonyme": "anonyme", "son": "enregistrement",
}  # fmt: skip
"""Those that a person may correct; what was told and who told it are the questionnaire's own."""
AT_ONCE, LONGEST = 200, 120
LEFT_OUT = "non"
PATIENCE = timedelta(days=1)
"""How long a complaint waits for its sound: past that it is taken without, for somebody waits for an answer."""
Became = Arrival.Became


class _Awaited(Exception):
    """The sound that the answers name has not come yet."""


@dataclass
class _Reading:
    """A questionnaire being read, with what is wrong of it: question -> (what, what to do)."""

    fiche: Submission
    told: Mapping[str, str]
    said: Mapping[str, str]
    """What was told, with what was put in its place since."""
    faults: dict[str, tuple[str, str]] = field(default_factory=dict)

    def wrong(self, question: str, what: str, remedy: str) -> None:
        self.faults.setdefault(question, (what, remedy))

    def __getitem__(self, question: str) -> str:
        return self.said.get(question, "")


def take_all() -> Counter[str]:
    """Take what waits; returns how many became what."""
    return Counter(one for one in one_by_one(take, waiting()) if one)


@unfenced
def waiting() -> list[int]:
    """The questionnaires that nobody has looked at, and those whose sound may have come since."""
    return [row["id"] for row in fetch_sql("grievances", "fiches_waiting", {"form": FORM, "most": AT_ONCE})]


@unfenced
@transaction.atomic
def take(fiche: int, *, by: User | None = None) -> str:
    """Make a case of a questionnaire, or hold it with what is wrong; "" when it is done or in other hands. `by` whose
    right: who sent it, unless another who handles complaints in the whole country mended it."""
    one = Submission.objects.select_related("sent_by").get(pk=fiche)
    made = Arrival(key=f"form:{fiche}", fiche=one, sent_by=one.sent_by, became=Became.HELD)
    Arrival.objects.bulk_create([made], ignore_conflicts=True)
    arrival = Arrival.objects.select_for_update(of=("self",), skip_locked=True).filter(fiche=one).first()
    if arrival is None or arrival.case_id or arrival.became == Became.DROPPED or not one.sealed:
        return ""
    said = _Reading(one, {}, {})
    try:
        with transaction.atomic():
            said.told = _told(one)
            said.said = {**said.told, **_corrections(arrival)}
            case = _received(said, by or one.sent_by)
    except _Awaited:
        return _hold(arrival, Became.AWAITED, {})
    except JigiError as error:
        told = (error.what, " ".join(filter(None, (error.why, error.remedy))))
        return _hold(arrival, Became.HELD, said.faults or {"": told})
    arrival.became, arrival.case = Became.COMPLAINT, case
    arrival.save(update_fields=["became", "case"])
    arrival.faults.all().delete()
    reception.take_over(one)
    return str(arrival.became)


@unfenced
@transaction.atomic
def correct(arrival: Arrival, question: str, value: str, *, by: User) -> bool:
    """Put a value in the place of an answer that is wrong, and try again: whether it is a complaint now."""
    held = _held(arrival, by)
    said = " ".join(value.split())[:LONGEST]
    if question not in correctable(held) or not said:
        raise Refused("Par quoi remplacer quelle réponse ?", remedy="Choisissez la question, écrivez la valeur.")
    ArrivalFault.objects.update_or_create(arrival=held, question=question, defaults={"value": said})
    audit.record("correct", NOUN, held.pk, by=by, after={"question": question})
    assert held.fiche_id is not None, "what is held came from a telephone"
    return take(held.fiche_id, by=by) == Became.COMPLAINT


@unfenced
@transaction.atomic
def drop(arrival: Arrival, reason: str, *, by: User) -> None:
    """Set a questionnaire aside: it is of nothing, or was entered otherwise. One told as sensitive is judged by who
    may read it alone; what was told is kept nowhere then."""
    held = _held(arrival, by)
    assert held.fiche is not None, "what is held came from a telephone"
    if _is_sensitive(_told(held.fiche)):
        require(by, queries.SENSITIVE)
    said = actions.worded(reason, "le motif")
    Arrival.objects.filter(pk=held.pk).update(became=Became.DROPPED)
    reception.take_over(held.fiche)
    audit.record("drop", NOUN, held.pk, by=by, reason=said)


def held_visible_to(user: User) -> QuerySet[Arrival]:
    """Those to correct: one's own, and all of them for who handles complaints in the whole country."""
    own = Q() if _in_country(user) else Q(sent_by=user)
    held = Arrival.objects.filter(own, fiche__isnull=False, became=Became.HELD)
    return held.select_related("sent_by").prefetch_related("faults").order_by("pk")


def correctable(arrival: Arrival) -> dict[str, str]:
    """The questions that a person may correct: those that are wrong; where the whole is, any but what it is about."""
    wrong = {one.question for one in arrival.faults.all() if one.what}
    return {code: name for code, name in QUESTIONS.items() if code in wrong or ("" in wrong and code != "categorie")}


def _in_country(user: User) -> bool:
    return any(one.area.level == Area.Level.COUNTRY for one in postings_with(user, queries.HANDLE))


def _held(arrival: Arrival, by: User) -> Arrival:
    held = Arrival.objects.select_for_update(of=("self",)).get(pk=arrival.pk)
    if held.sent_by_id != by.pk and not _in_country(by):
        raise Refused("Cette fiche n’est pas la vôtre", remedy="Demandez à qui l’a envoyée.")
    if held.became != Became.HELD:
        raise Raced("Cette fiche n’est plus à corriger", remedy="Rechargez la page.")
    return held


def _told(fiche: Submission) -> dict[str, str]:
    """What was told; nothing once it was emptied."""
    return values_of(read_instance(reception.answers_of(fiche)).root) if fiche.sealed else {}


def _is_sensitive(told: Mapping[str, str]) -> bool:
    """Whether it was told under a sensitive category, still in use or not."""
    return Category.objects.filter(code=told.get("categorie", ""), sensitive=True).exists()


def _corrections(arrival: Arrival) -> dict[str, str]:
    return dict(arrival.faults.exclude(value="").values_list("question", "value"))


def _hold(arrival: Arrival, became: Became, faults: Mapping[str, tuple[str, str]]) -> str:
    """Keep what is wrong now; values that were put stay, what was wrong and is no more goes."""
    arrival.faults.filter(value="").delete()
    arrival.faults.update(what="", remedy="")
    for question, (what, remedy) in faults.items():
        told = {"what": what[:300], "remedy": remedy[:300]}
        ArrivalFault.objects.update_or_create(arrival=arrival, question=question, defaults=told)
    Arrival.objects.filter(pk=arrival.pk).update(became=became)
    return str(became)


def _received(said: _Reading, by: User) -> Case:
    sound, home, commune = _sound(said), _home(said, by), _commune(said)
    day, category = _day(said), _category(said)
    language = said["langue"] or Case.Language.FRENCH
    if language not in Case.Language.values:
        said.wrong("langue", "Cette langue n’est pas connue", f"Un de ces codes : {', '.join(Case.Language.values)}.")
    if said.faults:
        raise Refused("Cette fiche est à corriger")
    heard = Heard(
        category, said["recit"], Case.Channel.FORM, language=language, commune=commune, household=home,
        name=said["nom"], phone=said["telephone"], anonymous=said["anonyme"] == "oui", received_on=day,
    )  # fmt: skip
    case = actions.receive(heard, by=by)
    if sound:
        recordings.put(case, sound, by=by)
    return case


def _sound(said: _Reading) -> bytes:
    """What was recorded; b"" for nothing."""
    name = said["son"]
    if not name or name == LEFT_OUT:
        return b""
    found = Attachment.objects.filter(submission=said.fiche, file_name=name).first()
    if found is None and said.fiche.received_at > timezone.now() - PATIENCE:
        raise _Awaited
    if found is None:
        return b""
    try:
        recordings.checked(bytes(found.content))
    except Refused as error:
        said.wrong("son", error.what, f"Écrivez « {LEFT_OUT} » pour prendre la plainte sans l’enregistrement.")
    return bytes(found.content)


def _home(said: _Reading, by: User) -> Household | None:
    digits = digits_of(said["rsu"])
    if not digits:
        return None
    found = registry.visible_to(by).filter(rsu_number=digits.zfill(10)).select_related("commune").first()
    if found is None:
        said.wrong("rsu", "Aucun ménage de ses communes n’a ce numéro RSU", "Relisez-le sur la carte.")
    return found


def _commune(said: _Reading) -> Area | None:
    if not said["commune"]:
        return None
    communes = Area.objects.filter(version=version_in_use(), level=Area.Level.COMMUNE)
    found = communes.filter(code=said["commune"]).first()
    if found is None:
        said.wrong("commune", "Ce code n’est celui d’aucune commune", "Écrivez-le comme ML010501.")
    return found


def _day(said: _Reading) -> date | None:
    try:
        return date.fromisoformat(said["jour"]) if said["jour"] else None
    except ValueError:
        said.wrong("jour", "Ce jour ne se lit pas", "Écrivez-le comme 2026-11-30.")
        return None


def _category(said: _Reading) -> str:
    code = said["categorie"]
    if not Category.objects.filter(code=code, in_use=True).exists():
        known = Category.objects.filter(in_use=True).order_by("code").values_list("code", flat=True)
        said.wrong("categorie", "Cette catégorie n’est plus en usage", f"Un de ces codes : {', '.join(known)}."[:300])
    elif _is_sensitive(said.told) and not _is_sensitive(said.said):
        known = Category.objects.filter(in_use=True, sensitive=True).order_by("code").values_list("code", flat=True)
        remedy = f"Un de ces codes : {', '.join(known)}."[:300]
        said.wrong("categorie", "Une plainte sensible ne devient pas ordinaire", remedy)
    return code
