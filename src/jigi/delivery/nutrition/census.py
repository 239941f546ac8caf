"""The census of a contract: taken from the register, added to by the operator with consent, corrected, left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition.models import Category, CensusEntry, CensusHealth, DistributionLine, RationScale
from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry.models import Household, Membership, Person

NOUN = "nutrition_census"


@dataclass(frozen=True)
class Counted:
    """A person whom the operator counts in: of a household of the register, or named with their consent.

    `birth` is (day, precision) of Person.BirthPrecision; a child's is needed. `due_on` or `breastfeeding_since`, said
    by the health centre `centre`, is needed of a woman.
    """

    category: str
    village: Area
    name: str = ""
    guardian: str = ""
    birth: tuple[date, str] | None = None
    due_on: date | None = None
    breastfeeding_since: date | None = None
    centre: str = ""
    consent: bool = False
    household: Household | None = None
    person: Person | None = None


@unfenced
@transaction.atomic
def take_register(contract: Contract, villages: Sequence[Area], scale: RationScale, *, by: User) -> int:
    """Count in the children and women of villages whom a scale may reach, poor or not; returns how many were new.

    A person whose birth is not known at all is left to the operator's census. Three statements, however many they are.
    """
    for commune in {village.parent_id: village.parent for village in villages}.values():
        require_operator(by, contract, commune)
    facts = {
        "contract": contract.pk, "villages": [village.pk for village in villages], "scale": scale.pk,
        "starts": contract.starts_on, "ends": contract.ends_on, "by": by.pk,
    }  # fmt: skip
    made = run_sql("delivery", "nutrition_take_register", facts)
    told = {"villages": facts["villages"], "scale": scale.code, "persons": made}
    audit.record("take_register", NOUN, contract.pk, by=by, after=told)
    return made


@unfenced
@transaction.atomic
def add(contract: Contract, said: Counted, *, by: User) -> CensusEntry:
    """Count one person in. Refused without consent, without what their category needs, or when they are in already."""
    require_operator(by, contract, said.village.parent)
    if fault := fault_of(said):
        raise Refused(fault, remedy="Complétez la fiche ; rien n’a été noté.")
    if _is_in(contract, said):
        raise Refused(
            "Cette personne est déjà recensée dans ce contrat", remedy="Cherchez-la dans la liste du village."
        )
    entry = _added(contract, said, by)
    subjects = [said.household.pk] if said.household else []
    audit.record("add", NOUN, entry.pk, by=by, after={"village": said.village.pk, "category": said.category},
                 subjects=subjects)  # fmt: skip
    return entry


def fault_of(said: Counted) -> str:
    """What a person counted in still lacks, in French; empty when nothing."""
    if said.category not in Category.values:
        return "La catégorie est « enfant » ou « femme »"
    if said.person is None and len(said.name.strip()) < 2:
        return "Il manque le nom"
    if said.person is None and not said.consent:
        return "Sans le consentement de la personne, ou d’un parent de l’enfant, elle n’est pas recensée"
    if said.category == Category.CHILD and said.birth is None and (said.person is None or not said.person.birth_date):
        return "Il manque la naissance de l’enfant : le mois suffit"
    if said.birth and said.birth[0] > timezone.localdate():
        return "La naissance est à venir"
    if said.category == Category.WOMAN and not (said.due_on or said.breastfeeding_since):
        return "Le centre de santé dit le terme attendu, ou depuis quand elle allaite"
    if said.category == Category.WOMAN and said.person and said.person.sex == Person.Sex.MALE:
        return "Cette personne est un homme"
    return ""


@unfenced
@transaction.atomic
def correct_birth(entry: CensusEntry, birth: date, precision: str, *, by: User) -> None:
    """Say what was found of a birth (card, local calendar): it counts for the lists drawn from now on."""
    require_operator(by, entry.contract, entry.commune)
    if birth > timezone.localdate() or precision not in Person.BirthPrecision.values:
        raise Refused("Cette naissance ne convient pas", remedy="Donnez un jour, un mois ou une année déjà passés.")
    before = {"birth": entry.birth_date and entry.birth_date.isoformat(), "precision": entry.birth_precision}
    changed = CensusEntry.objects.filter(pk=entry.pk, left_on=None).update(birth_date=birth, birth_precision=precision)
    if not changed:
        raise Raced("Cette personne n’est plus recensée", remedy="Rechargez la page.")
    after = {"birth": birth.isoformat(), "precision": precision}
    audit.record("correct", NOUN, entry.pk, by=by, before=before, after=after, subjects=_subjects(entry))


@unfenced
@transaction.atomic
def remove(entry: CensusEntry, *, reason: str, forget: bool = False, by: User) -> None:
    """Take a person out: counted twice, left, consent withdrawn. `forget` empties a name that the register has not."""
    require_operator(by, entry.contract, entry.commune)
    why = " ".join(reason.split())[:200]
    if len(why) < 2:
        raise Refused("Dites pourquoi cette personne est retirée", remedy="Quelques mots suffisent.")
    fields = {"left_on": timezone.localdate(), "left_by": by, "left_why": why}
    if forget and entry.person_id is None:
        fields |= {"name": "", "guardian": "", "birth_date": None, "birth_precision": None}
    if not CensusEntry.objects.filter(pk=entry.pk, left_on=None).update(**fields):
        raise Raced("Cette personne est déjà retirée", remedy="Rechargez la page.")
    if forget:
        CensusHealth.objects.filter(entry=entry).delete()
    DistributionLine.objects.filter(entry=entry, distribution__status="draft").delete()
    audit.record("remove", NOUN, entry.pk, by=by, reason=why, after={"forgotten": forget}, subjects=_subjects(entry))


@unfenced
@transaction.atomic
def restore(entry: CensusEntry, *, by: User) -> None:
    """Undo a removal, but for one whose name was emptied."""
    require_operator(by, entry.contract, entry.commune)
    if entry.person_id is None and not entry.name:
        raise Refused("Son nom a été effacé : il faut la recenser de nouveau", remedy="Avec son consentement.")
    taken = CensusEntry.objects.filter(contract=entry.contract, person=entry.person_id, left_on=None)
    if entry.person_id and taken.exists():
        raise Raced("Cette personne a été recensée de nouveau", remedy="Rechargez la page.")
    cleared = {"left_on": None, "left_by": None, "left_why": ""}
    if not CensusEntry.objects.filter(pk=entry.pk, left_on__isnull=False).update(**cleared):
        raise Raced("Cette personne est déjà recensée", remedy="Rechargez la page.")
    audit.record("restore", NOUN, entry.pk, by=by, subjects=_subjects(entry))


def _is_in(contract: Contract, said: Counted) -> bool:
    found = CensusEntry.objects.filter(contract=contract, left_on=None)
    if said.person:
        return found.filter(person=said.person).exists()
    return found.filter(
        village=said.village, category=said.category, name=_words(said.name), guardian=_words(said.guardian),
        birth_date=said.birth[0] if said.birth else None,
    ).exists()  # fmt: skip


def _added(contract: Contract, said: Counted, by: User) -> CensusEntry:
    assert said.village.parent is not None, "a village has a commune"
    birth, precision = said.birth or (None, None)
    known = said.person is not None
    entry = CensusEntry.objects.create(
        contract=contract, commune=said.village.parent, village=said.village, category=said.category,
        household=said.household, person=said.person, name="" if known else _words(said.name),
        guardian="" if known else _words(said.guardian), birth_date=birth, birth_precision=precision,
        consent_on=timezone.localdate() if said.consent else None, made_by=by,
    )  # fmt: skip
    if said.due_on or said.breastfeeding_since:
        CensusHealth.objects.create(
            entry=entry, due_on=said.due_on, breastfeeding_since=said.breastfeeding_since, centre=said.centre[:120],
            made_by=by,
        )  # fmt: skip
    return entry


def _words(text: str) -> str:
    return " ".join(text.split())[:120]


def _subjects(entry: CensusEntry) -> list[int]:
    return [entry.household_id] if entry.household_id else []


def member_named(household: Household, name: str) -> Person | None:
    """The present member of a household who is so named, in any order of the words; None when nobody, or two, are."""
    words = sorted(name.casefold().split())
    members = Membership.objects.filter(household=household, ended_on=None).select_related("person")
    found = [one.person for one in members if sorted(str(one.person).casefold().split()) == words]
    return found[0] if len(found) == 1 else None
