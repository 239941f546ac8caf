"""What is mended of a case while it lives: the households and orders it concerns, its commune, how to answer.

The public page and the telephone leave a complaint without its household, or in the wrong commune: until that is
written nothing can be done of it. What was told stays as it was told; a note says more.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.sealed import sealed_columns
from jigi.geography.models import Area
from jigi.grievances.actions import concern_orders, require_case, worded
from jigi.grievances.models import Case, CaseHousehold
from jigi.grievances.states import LIVE
from jigi.grievances.trail import keep
from jigi.payments.models import Instruction
from jigi.registry import queries as registry
from jigi.registry.models import Household


@unfenced
@transaction.atomic
def concern(
    case: Case, household: Household, *, by: User, complains: bool = False, orders: Sequence[Instruction] = ()
) -> None:
    """Say that a case concerns a household that this person sees, and some of its orders; saying it again adds only
    what is new. Who stays anonymous does not complain as a household."""
    _require_live(case, by)
    if not registry.visible_to(by).filter(pk=household.pk).exists():
        raise Refused("Ce ménage n’est pas de vos communes", remedy="Relisez son numéro sur la carte.")
    one, _ = CaseHousehold.objects.get_or_create(case=case, household=household)
    if complains and not case.anonymous and not one.complains:
        CaseHousehold.objects.filter(pk=one.pk).update(complains=True)
    concern_orders(case, orders)
    keep(case, "concern", by=by, facts={"orders": [order.reference for order in orders]} if orders else {})


@unfenced
@transaction.atomic
def leave_out(case: Case, household: Household, text: str, *, by: User) -> None:
    """Take a household that was named by mistake off a case, with its orders; refused when an act rests on it."""
    _require_live(case, by)
    why = worded(text, "le motif")
    named = case.concerned.filter(household=household)
    if not named.exists():
        raise Refused("Ce ménage n’est pas de la plainte", remedy="Rechargez la page.")
    if case.acts.filter(household=household, status__in=("asked", "done")).exists():
        raise Refused("Un acte porte sur ce ménage", remedy="Faites d’abord refuser ou retirer ce qui attend.")
    keep(case, "unconcern", by=by, note=why)
    case.payments.filter(household=household).delete()
    named.delete()


@unfenced
@transaction.atomic
def amend(
    case: Case, *, by: User, commune: Area | None = None, name: str | None = None, phone: str | None = None,
    language: str = "",
) -> None:  # fmt: skip
    """Mend where a complaint happened and how its author is answered; what is None stays. Given to another commune, it
    is for those who handle complaints there."""
    _require_live(case, by)
    if case.anonymous and (name or phone):
        raise Refused(
            "Cette plainte est anonyme : elle ne nomme personne", remedy="Laissez le nom et le téléphone vides."
        )
    fields: dict[str, object] = {}
    if name is not None and not case.anonymous:
        fields |= sealed_columns("grievance", name.strip()[:120], "name_sealed", "name_index")
    if phone is not None and not case.anonymous:
        fields |= sealed_columns("phone", phone.strip()[:30], "phone_sealed", "phone_index")
    if language:
        if language not in Case.Language.values:
            raise Refused("La langue n’est pas connue", remedy="Choisissez dans la liste.")
        fields["language"] = language
    facts = {}
    if commune is not None and commune.pk != case.commune_id:
        level = case.level if case.commune_id else Case.Level.COMMUNE
        fields |= {"commune": commune, "level": level, "assigned_to": None}
        facts["commune"] = commune.code
    Case.objects.filter(pk=case.pk).update(**fields)
    case.refresh_from_db()
    keep(case, "amend_case", by=by, facts=facts)


def _require_live(case: Case, by: User) -> None:
    require_case(case, by)
    if case.status not in LIVE:
        raise Refused(f"Cette plainte est {case.get_status_display()}", remedy="Rouvrez-la ou reprenez-la d’abord.")
