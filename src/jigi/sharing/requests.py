"""Requests under an agreement: asked by one person, decided by another, withdrawn, and left to expire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.recipients import recipient
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.sharing import queries
from jigi.sharing.actions import APPROVE, PREPARE, check_text
from jigi.sharing.content import told_facts
from jigi.sharing.facts import facts
from jigi.sharing.models import WHOLE_REGISTER, SharingAgreement, SharingDelivery, SharingPart, SharingRequest
from jigi.sharing.rules import Criteria
from jigi.sharing.states import AGREEMENT, REQUEST

PACKAGE = "sharing"
SHORTEST = 5
LONGEST = 500


@dataclass(frozen=True)
class Counts:
    """Households and persons that a request would tell, and the households where an opposition leaves somebody out."""

    households: int
    persons: int
    opposed: int


def may_ask(user: User, agreement: SharingAgreement, areas: Iterable[Area] | None = None) -> bool:
    """Whether a person may ask under an agreement, for these of its areas (some when None).

    They are one of its partner's people, posted over the areas, or an officer of all its places.
    """
    return queries.is_of_partner(user, agreement.partner, areas) or can(user, PREPARE, areas=agreement.areas.all())


@unfenced
def count(agreement: SharingAgreement, criteria: Criteria, areas: Sequence[Area], as_of: date, *, by: User) -> Counts:
    """How many a request would tell today; nobody is named. Refused on what the agreement does not share.

    The trail keeps what was counted: many counts, each a little narrower, say what one may not.
    """
    _require(agreement, areas, by)
    _check_criteria(agreement, criteria, areas)
    said = {"criteria": criteria.sentences(), "areas": [area.code for area in areas], "as_of": as_of.isoformat()}
    audit.read("search", AGREEMENT.noun, agreement.pk, by=by, subjects=(), after=said)
    return Counts(**fetch_sql(PACKAGE, "count", parameters(agreement, criteria, areas, as_of))[0])


@unfenced
@transaction.atomic
def ask(
    agreement: SharingAgreement, criteria: Criteria, *, areas: Sequence[Area], fields: Sequence[str], as_of: date,
    channel: str, recipient_key: str = "", reason: str, expires_on: date, by: User,
) -> SharingRequest:  # fmt: skip
    """Ask for what an agreement in force shares; another person then decides. Refused when anything goes beyond it."""
    _require(agreement, areas, by)
    _check_criteria(agreement, criteria, areas)
    _check_answer(agreement, fields, channel, recipient_key, expires_on)
    counts = Counts(**fetch_sql(PACKAGE, "count", parameters(agreement, criteria, areas, as_of))[0])
    if not counts.households:
        raise Refused("Personne ne répond à ces critères", remedy="Élargissez-les, ou vérifiez les lieux.")
    made = SharingRequest.objects.create(
        agreement=agreement, said=criteria.to_json(), fields=list(fields), as_of=as_of, channel=channel,
        recipient_key=recipient_key.strip(), reason=_reason(reason), expires_on=expires_on, made_by=by,
        households=counts.households, persons=counts.persons, opposed=counts.opposed,
    )  # fmt: skip
    made.areas.set(areas)
    said = {"agreement": agreement.code, "households": counts.households, "fields": list(fields)}
    audit.record("ask", REQUEST.noun, made.pk, by=by, after=said)
    return made


@unfenced
def approve(request: SharingRequest, *, by: User) -> None:
    """Approve a request: by another person than who asked it, with the right for each place of its agreement."""
    check_in_force(request)
    _decide(request, "approve", "", by)


@unfenced
def refuse(request: SharingRequest, *, reason: str, by: User) -> None:
    """Refuse a request, with the reason."""
    _decide(request, "refuse", _reason(reason), by)


def may_withdraw(user: User, request: SharingRequest) -> bool:
    """Whether a person may take a request back: who may ask it, and who may decide it."""
    asks = may_ask(user, request.agreement, request.areas.all())
    return asks or can(user, APPROVE, areas=request.agreement.areas.all())


@unfenced
@transaction.atomic
def withdraw(request: SharingRequest, *, by: User) -> None:
    """Take back a request, and its file that is kept here; what the partner has taken is theirs to destroy."""
    if not may_withdraw(by, request):
        require(by, PREPARE, areas=request.agreement.areas.all())
    REQUEST.move(request, "withdraw", by=by)
    _drop_files([request], timezone.localdate())


@unfenced
@transaction.atomic
def expire(as_of: date | None = None) -> int:
    """Close the requests whose day is past and take their files away; returns how many. Done again, it finds none."""
    day = as_of or timezone.localdate()
    over = Q(expires_on__lt=day) | Q(agreement__status="ended")
    found = list(SharingRequest.objects.filter(over, status__in=REQUEST.transition("expire").sources))
    for one in found:
        REQUEST.move(one, "expire", by=None)
    _drop_files(found, day)
    return len(found)


def _drop_files(requests: Sequence[SharingRequest], day: date) -> None:
    kept = SharingDelivery.objects.filter(request__in=requests, dropped_on__isnull=True)
    SharingPart.objects.filter(delivery__in=kept).delete()
    kept.exclude(sha256="").update(dropped_on=day)


def check_in_force(request: SharingRequest) -> None:
    """Raise Refused unless the request and its agreement run today: asked again at every use."""
    running = queries.in_force(request.agreement.partner).filter(pk=request.agreement_id).exists()
    if not running or request.expires_on < timezone.localdate():
        raise Refused(
            "La convention ou la demande n’est plus en vigueur", remedy="Rien n’est remis hors de leurs dates."
        )


def parameters(agreement: SharingAgreement, criteria: Criteria, areas: Sequence[Area], as_of: date) -> dict[str, Any]:
    """What sql/chosen.sql is asked."""
    whole = WHOLE_REGISTER in agreement.programmes
    return {
        **criteria.to_json(), "as_of": as_of, "partner": agreement.partner, **_places(areas),
        "bounded": None if whole else list(agreement.programmes),
    }  # fmt: skip


def _places(areas: Sequence[Area]) -> Mapping[str, list[int]]:
    """The communes under some areas, and the villages that are named themselves."""
    within = Q(pk__in=[])
    for area in areas:
        within |= Q(version=area.version_id, path__startswith=area.path)
    communes = Area.objects.filter(within, level=Area.Level.COMMUNE).values_list("pk", flat=True)
    villages = [area.pk for area in areas if area.level == Area.Level.VILLAGE]
    return {"communes": list(communes), "villages": villages}


def _require(agreement: SharingAgreement, areas: Sequence[Area], by: User) -> None:
    if not may_ask(by, agreement, areas):
        if queries.is_of_partner(by, agreement.partner):
            raise Refused(
                "Votre affectation ne couvre pas tous les lieux demandés", remedy="Choisissez des lieux de la vôtre."
            )
        require(by, PREPARE, areas=agreement.areas.all())
    if not queries.in_force(agreement.partner).filter(pk=agreement.pk).exists():
        raise Refused(
            "Cette convention n’est pas en vigueur", remedy="On ne demande que sous une convention approuvée."
        )


def _check_criteria(agreement: SharingAgreement, criteria: Criteria, areas: Sequence[Area]) -> None:
    known = facts()
    if beyond := [known[code].label for code in sorted(criteria.facts_told - set(agreement.fields))]:
        raise Refused(
            "Un critère dirait au partenaire ce que la convention ne partage pas",
            why=f"Elle ne nomme pas : {', '.join(beyond)}",
            remedy="Retirez ce critère.",
        )
    whole = WHOLE_REGISTER in agreement.programmes
    shared = set(Programme.objects.values_list("code", flat=True) if whole else agreement.programmes)
    if set(criteria.programmes) - shared:
        raise Refused("Un programme n’est pas de la convention", remedy="Choisissez parmi les siens.")
    held = list(agreement.areas.all())
    outside = [a for a in areas if not any(a.version_id == h.version_id and a.path.startswith(h.path) for h in held)]
    if outside or not areas:
        raise Refused(
            f"{outside[0]} n’est pas un lieu de la convention" if outside else "Choisissez au moins un lieu",
            remedy="Choisissez parmi ses lieux, ou des lieux qui en font partie.",
        )
    if "place" not in agreement.fields and {area.pk for area in held} - {area.pk for area in areas}:
        raise Refused(
            "Choisir parmi les lieux dirait au partenaire où vit chacun",
            why="La convention ne partage pas le lieu",
            remedy="Gardez tous les lieux de la convention.",
        )


def _check_answer(
    agreement: SharingAgreement, fields: Sequence[str], channel: str, recipient_key: str, expires_on: date
) -> None:
    if not fields or set(fields) - told_facts(agreement.fields):
        raise Refused("Choisissez les données demandées parmi celles de la convention")
    if channel not in SharingRequest.Channel.values:
        raise Refused("Choisissez comment les données sont remises")
    if not timezone.localdate() <= expires_on <= agreement.ends_on:
        raise Refused("La demande périme au plus tard avec la convention", remedy="Corrigez le jour.")
    if channel == SharingRequest.Channel.API and recipient_key.strip():
        raise Refused("L’interface n’a pas de clé publique", remedy="Laissez la clé vide.")
    if channel == SharingRequest.Channel.FILE:
        recipient(recipient_key)


def _decide(request: SharingRequest, verb: str, reason: str, by: User) -> None:
    REQUEST.check(request, verb)
    require(by, APPROVE, areas=request.agreement.areas.all())
    if request.made_by_id == by.pk:
        raise Refused("Vous avez fait cette demande", remedy="Une autre personne la décide.")
    REQUEST.move(request, verb, by=by, reason=reason, decided_by=by, decided_at=timezone.now())


def _reason(reason: str) -> str:
    check_text(reason, "usage prévu ou motif", most=LONGEST)
    if len(reason.strip()) < SHORTEST:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la demande.")
    return reason.strip()
