"""Cooking demonstrations, and screenings: an arm measured, oedema looked for, who is ill sent to the health centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition.models import CensusEntry, CensusHealth, CookingDemonstration, Screening
from jigi.delivery.nutrition.rules import MODERATE, OEDEMA, SEVERE, screened
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area

COOKING, SCREENING = "cooking", "screening"
RIGHT = "registry.sensitive"
LEAST_MM, MOST_MM = 60, 450
LEAST_REASON = 5


@transaction.atomic
def cook(
    contract: Contract, village: Area, *, day: date, recipe: str, facilitator: str, women: int, men: int, by: User
) -> CookingDemonstration:
    """Note a demonstration that was held. Refused for one to come, to nobody, or noted already."""
    require_operator(by, contract, village.parent)
    recipe, facilitator = " ".join(recipe.split())[:120], " ".join(facilitator.split())[:120]
    if day > timezone.localdate() or not contract.starts_on <= day <= contract.ends_on:
        raise Refused("Ce jour ne convient pas", why="Il est à venir, ou hors du contrat.", remedy="Corrigez le jour.")
    if not recipe or not facilitator or not women + men > 0 or not (0 <= women <= 5_000 and 0 <= men <= 5_000):
        raise Refused("Il manque la recette, l’animatrice ou les présents", remedy="Complétez le formulaire.")
    known = CookingDemonstration.objects.filter(contract=contract, village=village, day=day, recipe=recipe)
    if known.filter(cancelled_by=None).exists():
        raise Raced("Cette démonstration est déjà notée", remedy="Annulez-la d’abord si elle est fausse.")
    assert village.parent is not None, "a village has a commune"
    made = CookingDemonstration.objects.create(
        contract=contract, commune=village.parent, village=village, day=day, recipe=recipe, facilitator=facilitator,
        women=women, men=men, made_by=by,
    )  # fmt: skip
    audit.record("hold", COOKING, made.pk, by=by, after={"women": women, "men": men, "day": day.isoformat()})
    return made


@transaction.atomic
def uncook(held: CookingDemonstration, *, reason: str, by: User) -> None:
    """Take back a demonstration that was noted by mistake."""
    require_operator(by, held.contract, held.commune)
    why = _said(reason)
    live = CookingDemonstration.objects.filter(pk=held.pk, cancelled_by=None)
    if not live.update(cancelled_by=by, cancel_reason=why):
        raise Raced("Cette démonstration est déjà annulée", remedy="Rechargez la page.")
    audit.record("cancel", COOKING, held.pk, by=by, reason=why)


@unfenced
@transaction.atomic
def screen(
    entry: CensusEntry, *, day: date, muac_mm: int | None, oedema: str = "none", referred_to: str = "", by: User
) -> str:
    """Note a screening; returns what it says (rules.screened), for who measured alone. Who is ill is referred.

    Refused without a measure, and where a person who is ill is sent nowhere.
    """
    require_operator(by, entry.contract, entry.commune)
    if oedema not in OEDEMA or (muac_mm is None and oedema == "none"):
        raise Refused("Rien n’est mesuré", remedy="Notez le périmètre brachial en millimètres, ou les œdèmes.")
    if muac_mm is not None and not LEAST_MM <= muac_mm <= MOST_MM:
        said = f"Un périmètre brachial va de {LEAST_MM} à {MOST_MM} mm"
        raise Refused(said, remedy="12,5 cm s’écrit 125.")
    if day > timezone.localdate():
        raise Refused("Ce jour n’est pas encore venu", remedy="Corrigez le jour.")
    result, centre = screened(entry.category, muac_mm, oedema), " ".join(referred_to.split())[:120]
    if result in (SEVERE, MODERATE) and not centre:
        raise Refused("Cette personne est malade : à quel centre de santé est-elle envoyée ?", remedy="Écrivez lequel.")
    try:
        with transaction.atomic():
            made = Screening.objects.create(
                contract=entry.contract, commune=entry.commune, entry=entry, category=entry.category, day=day,
                muac_mm=muac_mm, oedema=oedema, result=result, referred_to=centre, made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "screening_once_a_day" not in str(error):
            raise
        raise Raced("Un dépistage est déjà noté ce jour-là", remedy="Annulez-le d’abord s’il est faux.") from None
    # What was measured stays out of the trail, which more people read.
    audit.record("screen", SCREENING, made.pk, by=by, after={"day": day.isoformat()}, subjects=_subjects(entry))
    return result


@unfenced
def screened_on(entry: CensusEntry, day: date, *, by: User) -> Screening:
    """The screening of a person that was noted on a day, for an act of the operator on it; no measure is shown."""
    require_operator(by, entry.contract, entry.commune)
    live = Screening.objects.filter(entry=entry, day=day, cancelled_by=None)
    found = live.select_related("contract__operator", "contract__component__programme", "commune", "entry").first()
    if found is None:
        raise Refused("Aucun dépistage n’est noté ce jour-là", remedy="Relisez le jour sur la fiche de dépistage.")
    return found


@unfenced
@transaction.atomic
def arrived(made: Screening, day: date, *, by: User) -> None:
    """Say when the health centre received a person who was referred to it."""
    require_operator(by, made.contract, made.commune)
    live = Screening.objects.filter(pk=made.pk, cancelled_by=None, arrived_on=None, day__lte=day).exclude(
        referred_to=""
    )
    if not live.update(arrived_on=day):
        raise Refused("L’arrivée ne peut pas être notée", why="Personne n’est attendu, ou le jour est trop tôt.",
                      remedy="Vérifiez le jour.")  # fmt: skip
    audit.record("arrive", SCREENING, made.pk, by=by, subjects=_subjects(made.entry))


@unfenced
@transaction.atomic
def unscreen(made: Screening, *, reason: str, by: User) -> None:
    """Take back a screening that was noted by mistake."""
    require_operator(by, made.contract, made.commune)
    why = _said(reason)
    if not Screening.objects.filter(pk=made.pk, cancelled_by=None).update(cancelled_by=by, cancel_reason=why):
        raise Raced("Ce dépistage est déjà annulé", remedy="Rechargez la page.")
    audit.record("cancel", SCREENING, made.pk, by=by, reason=why, subjects=_subjects(made.entry))


@unfenced
def read(entry: CensusEntry, *, reason: str, by: User) -> Sequence[Screening]:
    """The screenings of a person, read for a reason by who may read what is restricted of the register there."""
    require(by, RIGHT, areas=[entry.commune])
    why = _said(reason, LEAST_REASON)
    audit.read("see", SCREENING, entry.pk, by=by, subjects=_subjects(entry), reason=why)
    return list(Screening.objects.filter(entry=entry).order_by("-day", "-pk"))


@dataclass(frozen=True)
class Told:
    """A screening in words, for the report that a person asked of what is held of them."""

    person: object
    day: date
    said: str


@unfenced
def told_of(entries: Sequence[int]) -> list[Told]:
    """What was measured of the persons of some entries, and what health centres said: for the report that they asked,
    which another person granted."""
    found = []
    for one in Screening.objects.filter(entry__in=entries).select_related("entry__person").order_by("day", "pk"):
        muac = f"périmètre brachial {one.muac_mm} mm, " if one.muac_mm else ""
        away = f", envoyée à {one.referred_to}" if one.referred_to else ""
        found.append(Told(one.entry.person, one.day, f"{muac}œdèmes {one.get_oedema_display()}, "
                          f"{one.get_result_display()}{away}"))  # fmt: skip
    for said in CensusHealth.objects.filter(entry__in=entries).select_related("entry__person").order_by("pk"):
        due = f"accouchement attendu le {said.due_on:%d/%m/%Y}" if said.due_on else ""
        fed = f"allaite depuis le {said.breastfeeding_since:%d/%m/%Y}" if said.breastfeeding_since else ""
        found.append(Told(said.entry.person, said.made_at.date(), ", ".join(filter(None, [due, fed]))))
    return found


@dataclass(frozen=True)
class Screened:
    """What screenings of a contract add up to: nobody is named."""

    measured: int
    severe: int
    moderate: int
    at_risk: int
    referred: int
    arrived: int


@unfenced
def figures(contract: Contract) -> Screened:
    """The figures of a contract's screenings."""
    live = Screening.objects.filter(contract=contract, cancelled_by=None)
    found = live.aggregate(
        measured=Count("pk"), severe=Count("pk", filter=Q(result="severe")),
        moderate=Count("pk", filter=Q(result="moderate")), at_risk=Count("pk", filter=Q(result="at_risk")),
        referred=Count("pk", filter=~Q(referred_to="")), arrived=Count("pk", filter=Q(arrived_on__isnull=False)),
    )  # fmt: skip
    return Screened(**found)


def _said(reason: str, least: int = 2) -> str:
    why = " ".join(reason.split())[:200]
    if len(why) < least:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return why


def _subjects(entry: CensusEntry) -> list[int]:
    return [entry.household_id] if entry.household_id else []
