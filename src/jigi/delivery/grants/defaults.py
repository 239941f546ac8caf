"""Defaults: found by one person, confirmed by another; what is asked back is a part of what was released."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from jigi.delivery.contracts.access import CHECK, may, require_decide, require_operator
from jigi.delivery.grants.actions import PACKAGE, said
from jigi.delivery.grants.grant_models import Grant, GrantDefault
from jigi.delivery.grants.rules import asked_back_xof
from jigi.delivery.grants.states import GRANT
from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User

NOUN = "grant_default"


@unfenced
@transaction.atomic
def find(grant: Grant, reason: str, told: str, *, by: User) -> GrantDefault:
    """Say that a grant is in default, for a reason of the call; what is asked back follows from the call's terms.

    By its operator, or who controls there. It stops nothing until another person confirms it.
    """
    if not may(by, CHECK, grant.call.contract, [grant.commune]):
        require_operator(by, grant.call.contract, grant.commune)
    choice = grant.call.choices.filter(sort="reason", code=reason).first()
    if choice is None:
        raise Refused(f"« {reason} » n’est pas un motif de l’appel", remedy="Choisissez dans la liste.")
    if grant.status == "defaulted":
        raise Refused("Cette subvention est déjà en défaut")
    given = given_xof(grant)
    try:
        with transaction.atomic():
            made = GrantDefault.objects.create(
                grant=grant, contract_id=grant.contract_id, household_id=grant.household_id, reason=choice,
                told=said(told), given_xof=given, back_xof=asked_back_xof(given, choice.back_percent), found_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise Raced("Un défaut est déjà constaté", remedy="Rechargez la page.") from error
    after = {"reason": reason, "given_xof": given, "back_xof": made.back_xof}
    audit.record("make", NOUN, made.pk, by=by, after=after, subjects=[grant.household_id])
    return made


@unfenced
@transaction.atomic
def confirm(one: GrantDefault, *, by: User) -> None:
    """Confirm a default: the instalments that are not released are stopped."""
    grant = one.grant
    require_decide(by, grant.call.contract, [grant.commune])
    if one.found_by_id == by.pk:
        raise Refused("Vous avez constaté ce défaut", remedy="Une autre personne le confirme.")
    Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)  # held against who releases an instalment
    live = GrantDefault.objects.filter(pk=one.pk, confirmed_at=None, ended_at=None, given_xof=given_xof(grant))
    if not live.update(confirmed_by=by, confirmed_at=timezone.now()):
        raise Raced(
            "Ce défaut est déjà décidé, ou une tranche a été libérée depuis",
            remedy="Rechargez la page ; s’il a changé, levez-le et constatez-le de nouveau.",
        )
    GRANT.move(grant, "default", by=by, subjects=[grant.household_id])
    grant.instalments.filter(status__in=("planned", "asked")).update(status="stopped", asked_by=None, asked_at=None)
    audit.record("confirm", NOUN, one.pk, by=by, after={"back_xof": one.back_xof}, subjects=[grant.household_id])
    one.refresh_from_db()


@unfenced
@transaction.atomic
def lift(one: GrantDefault, *, reason: str, by: User) -> None:
    """Take back a default, found or confirmed: the grant goes on where it stood."""
    grant = one.grant
    require_decide(by, grant.call.contract, [grant.commune])
    told = said(reason)
    if one.confirmed_at and by.pk in (one.found_by_id, one.confirmed_by_id):
        raise Refused(
            "Vous avez constaté ou confirmé ce défaut", remedy="Une autre personne le lève : l’argent repartirait."
        )
    ended = {"ended_by": by, "ended_at": timezone.now(), "ended_why": told}
    if not GrantDefault.objects.filter(pk=one.pk, ended_at=None).update(**ended):
        raise Raced("Ce défaut est déjà levé", remedy="Rechargez la page.")
    if one.confirmed_at:
        GRANT.move(grant, "lift", by=by, reason=told, subjects=[grant.household_id])
        grant.instalments.filter(status="stopped").update(status="planned")
        run_sql(PACKAGE, "grants_complete", {"instalments": list(grant.instalments.values_list("pk", flat=True))})
    audit.record("lift", NOUN, one.pk, by=by, reason=told, subjects=[grant.household_id])
    one.refresh_from_db()


def given_xof(grant: Grant) -> int:
    """What was released of a grant."""
    return grant.releases.filter(undone_at=None).aggregate(sum=Sum("amount_xof"))["sum"] or 0
