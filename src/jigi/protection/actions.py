"""A request about data: recorded, decided by another person, answered or carried out. One verb, one transaction."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.payments.pipeline import in_turn, wait_for_turn
from jigi.protection import erasure
from jigi.protection.models import DataRequest
from jigi.protection.reviewed import delays
from jigi.protection.rules import due_on
from jigi.protection.states import REQUEST
from jigi.registry.models import Household, Membership, Person
from jigi.sharing import objections
from jigi.sharing.models import SharingAgreement

RIGHT = "data.protect"


@unfenced
@transaction.atomic
def record(
    kind: str, *, household: Household | None, person: Person | None = None, asker: str, identity_check: str,
    statement: str, received_on: date, scope: str = "", partner: str = "", by: User,
) -> DataRequest:  # fmt: skip
    """Record what a person asks about their data; the day the answer is due follows from data/delays.toml.

    The trail keeps that it was asked, of whom and by whom recorded, none of the words: they are erased one day.
    """
    _require(household, by)
    _check_words(kind, scope, household, person)
    _check_partner(partner, scope)
    words = {
        "asker": _said(asker, "le nom de qui demande"),
        "identity_check": _said(identity_check, "comment son identité a été vérifiée"),
        "statement": _said(statement, "ce qui est demandé"),
    }
    if received_on > timezone.localdate():
        raise Refused("Une demande n’est pas reçue demain", remedy="Corrigez le jour de réception.")
    made = DataRequest.objects.create(
        kind=kind, household=household, person=person, scope=scope, partner=partner, **words,
        received_on=received_on, due_on=due_on(received_on, delays().days[kind]), made_by=by,
    )  # fmt: skip
    facts = {"kind": kind, "household": made.household_id, "due_on": made.due_on.isoformat()}
    audit.record("record", REQUEST.noun, made.pk, by=by, after=facts)
    return made


@unfenced
def accept(request: DataRequest, *, reason: str, by: User) -> None:
    """Grant a request: by another person than who recorded it, with the reason. Opposed sharing stops."""
    with transaction.atomic():
        _decide(request, "accept", reason, by)
        if request.stops_sharing and request.household:
            objections.oppose(request.household, request.person, partner=request.partner, data_request=request.pk)


@unfenced
def refuse(request: DataRequest, *, reason: str, by: User) -> None:
    """Turn a request down: by another person than who recorded it, with the reason that the person is told."""
    _decide(request, "refuse", reason, by)


@unfenced
def withdraw(request: DataRequest, *, by: User) -> None:
    """Close a request that the person takes back; an opposition that was granted is lifted."""
    _require(request.household, by)
    with transaction.atomic():
        REQUEST.move(request, "withdraw", by=by)
        objections.lift(request.pk)


@unfenced
def lift(request: DataRequest, *, by: User) -> None:
    """End an opposition that was granted and answered: the person takes it back. Who answered stays in the trail."""
    _require(request.household, by)
    if request.kind != DataRequest.Kind.OPPOSITION:
        raise Refused("Seule une opposition se lève", remedy="Enregistrez une nouvelle demande.")
    with transaction.atomic():
        REQUEST.move(request, "lift", by=by, done_by=None, done_at=None)
        objections.lift(request.pk)


@unfenced
def answer(request: DataRequest, *, answer: str, by: User) -> None:
    """Close an accepted request with what was answered or corrected. An erasure is not answered, it is done."""
    _require(request.household, by)
    if request.kind == DataRequest.Kind.ERASURE:
        raise Refused("Un effacement ne se répond pas, il se fait", remedy="Effacez les données depuis cette page.")
    said = _said(answer, "la réponse donnée")
    REQUEST.move(request, "answer", by=by, answer=said, done_by=by, done_at=timezone.now())


@in_turn
def erase(request: DataRequest, *, rsu_number: str, by: User) -> dict[str, int]:
    """Erase what an accepted request asks, for good: by another person than who accepted it, who types the RSU number.

    Returns the rows of each statement. Refused while an enrolment lives or money is due or on its way.
    """
    _require(request.household, by)
    if request.kind != DataRequest.Kind.ERASURE:
        raise Refused("Cette demande n’est pas une demande d’effacement")
    REQUEST.check(request, "erase")
    if request.decided_by_id == by.pk:
        raise Refused(
            "Vous avez accepté cet effacement : une autre personne doit le faire",
            why="Il est sans retour, donc demandé deux fois, par deux personnes.",
        )
    assert request.household
    if "".join(filter(str.isdigit, rsu_number)) != request.household.rsu_number:
        raise Refused("Le numéro RSU ne correspond pas", remedy="Relisez-le sur la demande : rien n’a été effacé.")
    with transaction.atomic():
        wait_for_turn()
        REQUEST.move(request, "erase", by=by, done_by=by, done_at=timezone.now())
        rows = erasure.erase(**subject(request))
        facts = {"request": request.pk, "person": request.person_id, "rows": sum(rows.values())}
        audit.record("erase", "household", request.household_id, by=by, after=facts)
    return rows


def subject(request: DataRequest) -> dict[str, list[int]]:
    """What a request would erase: its person alone when it names one, otherwise its household whole."""
    if request.person_id:
        return {"persons": [request.person_id]}
    return {"households": [request.household_id] if request.household_id else []}


def _decide(request: DataRequest, verb: str, reason: str, by: User) -> None:
    _require(request.household, by)
    REQUEST.check(request, verb)
    if request.made_by_id == by.pk:
        raise Refused(
            "Vous avez enregistré cette demande : une autre personne doit la décider",
            remedy="Prévenez une autre personne chargée de la protection des données.",
        )
    said = _said(reason, "le motif de la décision")
    REQUEST.move(request, verb, by=by, decided_by=by, decided_at=timezone.now(), decision=said)


def _require(household: Household | None, by: User) -> None:
    """The right where the household lives; in the whole country for a request about none."""
    places = [household.commune] if household else list(Area.objects.filter(level=Area.Level.COUNTRY))
    require(by, RIGHT, areas=places)


def _check_words(kind: str, scope: str, household: Household | None, person: Person | None) -> None:
    if kind not in DataRequest.Kind.values:
        raise Refused("Le droit exercé n’est pas choisi", remedy="Choisissez-le dans la liste.")
    if household is None and kind != DataRequest.Kind.ACCESS:
        raise Refused("Cette demande porte sur un ménage du registre", remedy="Partez de la page du ménage.")
    if household is not None and household.is_erased:
        raise Refused("Les données de ce ménage sont déjà effacées")
    if (kind == DataRequest.Kind.OPPOSITION) != bool(scope) or scope not in DataRequest.Scope.values:
        raise Refused("Une opposition, et elle seule, a une portée", remedy="Choisissez à quoi la personne s’oppose.")
    if person and not Membership.objects.filter(household=household, person=person).exists():
        raise Refused("Cette personne n’est pas de ce ménage", remedy="Choisissez un de ses membres.")


def _check_partner(partner: str, scope: str) -> None:
    if not partner:
        return
    if scope != DataRequest.Scope.SHARING:
        raise Refused("Un partenaire n’est nommé que pour une opposition au partage", remedy="Retirez-le.")
    if not SharingAgreement.objects.filter(partner=partner).exists():
        raise Refused("Ce partenaire n’a aucune convention", remedy="Choisissez-le dans la liste.")


def _said(text: str, what: str) -> str:
    said = text.strip()
    if len(said) < 3:
        raise Refused(f"Il manque {what}", remedy="Écrivez-le en quelques mots.")
    return said
