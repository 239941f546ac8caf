"""A sharing agreement: prepared by one person, approved or refused by another, ended one day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.sharing.facts import facts
from jigi.sharing.models import WHOLE_REGISTER, SharingAgreement
from jigi.sharing.states import AGREEMENT

SEE, PREPARE, APPROVE = "sharing.see", "sharing.prepare", "sharing.approve"
QUERY = "partners.query"
"""Held for an organisation: what its agreements share, asked by its own people."""

SHORTEST = 5


@transaction.atomic
def prepare(
    code: str, *, partner: str, partner_name: str, purpose: str, legal_basis: str, apdp_reference: str,
    fields: Sequence[str], programmes: Sequence[str], areas: Sequence[Area], starts_on: date, ends_on: date, by: User,
) -> SharingAgreement:  # fmt: skip
    """Write an agreement as it was signed on paper. It then waits for another person, and never changes.

    Refused when a word is missing, a list is empty or names what does not exist, or a place is not the person's.
    """
    words = {
        "code": code, "partner": partner, "partner_name": partner_name, "purpose": purpose, "legal_basis": legal_basis,
        "apdp_reference": apdp_reference,
    }  # fmt: skip
    if missing := [str(_french(name)) for name, said in words.items() if not said.strip()]:
        raise Refused(f"Il manque : {', '.join(missing)}", remedy="Recopiez-le de la convention signée.")
    for name, said in words.items():
        check_text(said, str(_french(name)), most=getattr(SharingAgreement._meta.get_field(name), "max_length", None))
    _check_lists(fields, programmes, areas)
    if ends_on < starts_on:
        raise Refused("La convention finit avant de commencer", remedy="Vérifiez les deux jours.")
    require(by, PREPARE, areas=areas)
    if SharingAgreement.objects.filter(code=code.strip()).exists():
        raise Refused(f"La convention « {code} » est déjà écrite", remedy="Cherchez-la, ou donnez un autre numéro.")
    try:
        with transaction.atomic():
            made = SharingAgreement.objects.create(
                **{name: said.strip() for name, said in words.items()}, fields=list(fields),
                programmes=list(programmes), starts_on=starts_on, ends_on=ends_on, made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "_code_" not in str(error):
            raise
        raise Refused(f"La convention « {code} » vient d’être écrite", remedy="Cherchez-la dans la liste.") from error
    made.areas.set(areas)
    facts_said = {"agreement": made.code, "partner": made.partner}
    audit.record("record", AGREEMENT.noun, made.pk, by=by, after=facts_said)
    return made


def approve(agreement: SharingAgreement, *, by: User) -> None:
    """Approve an agreement: by another person than who prepared it, with the right for each of its places."""
    _decide(agreement, "approve", "", by)


def refuse(agreement: SharingAgreement, *, reason: str, by: User) -> None:
    """Refuse an agreement, with the reason."""
    _decide(agreement, "refuse", _reason(reason), by)


def end(agreement: SharingAgreement, *, reason: str, by: User) -> None:
    """End an agreement from today on, with the reason."""
    AGREEMENT.check(agreement, "end")
    require(by, APPROVE, areas=agreement.areas.all())
    AGREEMENT.move(agreement, "end", by=by, reason=_reason(reason), ended_on=timezone.localdate())


def _decide(agreement: SharingAgreement, verb: str, reason: str, by: User) -> None:
    AGREEMENT.check(agreement, verb)
    require(by, APPROVE, areas=agreement.areas.all())
    if agreement.made_by_id == by.pk:
        raise Refused("Vous avez préparé cette convention", remedy="Une autre personne la décide.")
    AGREEMENT.move(agreement, verb, by=by, reason=reason, decided_by=by, decided_at=timezone.now())


def _check_lists(fields: Sequence[str], programmes: Sequence[str], areas: Sequence[Area]) -> None:
    known = {WHOLE_REGISTER, *Programme.objects.values_list("code", flat=True)}
    for chosen, allowed, what in ((fields, facts().keys(), "données"), (programmes, known, "programmes")):
        if not chosen or set(chosen) - set(allowed):
            raise Refused(f"Choisissez ce qui est partagé : {what}", remedy="Une liste vide ne partagerait rien.")
    if not areas:
        raise Refused("Choisissez au moins un lieu", remedy="Sans lieu, la convention ne partagerait rien.")


def check_text(text: str, label: str, *, most: int | None) -> None:
    """Raise Refused on a text that cannot be kept: too long, or with a null character."""
    if "\x00" in text:
        raise Refused(f"« {label} » contient un caractère qui ne s’écrit pas", remedy="Tapez le texte de nouveau.")
    if most is not None and len(text.strip()) > most:
        raise Refused(f"« {label} » dépasse {most} caractères", remedy="Abrégez le texte.")


def _reason(reason: str) -> str:
    check_text(reason, "motif", most=500)
    if len(reason.strip()) < SHORTEST:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")
    return reason.strip()


def _french(name: str) -> Any:
    return SharingAgreement._meta.get_field(name).verbose_name  # type: ignore[union-attr]
