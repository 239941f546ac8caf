"""Calls: prepared by the terms of a reviewed file, opened, closed, taken back; and what every act on grants shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction

from jigi.delivery.contracts.access import require_plan
from jigi.delivery.contracts.models import Contract
from jigi.delivery.grants.models import (
    GrantCall,
    GrantCallCommune,
    GrantChoice,
    GrantCriterion,
    GrantGraduationRule,
    GrantTranche,
)
from jigi.delivery.grants.states import CALL
from jigi.delivery.grants.terms import Terms
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area

PACKAGE = "delivery"
LEAST_REASON, LONGEST_REASON = 3, 300


@dataclass(frozen=True)
class Offer:
    """What a call offers beside its terms: whose code and title, when, how many places for how many francs."""

    code: str
    title: str
    opens_on: date
    closes_on: date
    places: int
    budget_xof: int


@transaction.atomic
def make_call(contract: Contract, offer: Offer, terms: Terms, communes: Sequence[Area], *, by: User) -> GrantCall:
    """Prepare a call of a contract of grants, in some of its communes, by these terms, which it copies.

    Raises Refused without the right to plan there, for a contract of another sort, a commune or days outside the
    contract, terms out of force, or a budget that pays fewer grants than there are places.
    """
    require_plan(by, contract, communes)
    _check(contract, offer, terms, communes)
    try:
        with transaction.atomic():
            call = GrantCall.objects.create(
                contract=contract, component=contract.component, **asdict(offer), grant_xof=terms.amount_xof,
                terms_code=terms.code, terms_hash=terms.sha256, pass_percent=terms.pass_percent,
                least_members=terms.members, training_days=terms.training_days, ties=list(terms.ties), made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(f"L’appel « {offer.code} » existe déjà", remedy="Donnez un autre code.") from error
    _copy(call, terms)
    GrantCallCommune.objects.bulk_create(GrantCallCommune(call=call, commune=one) for one in communes)
    after = {"code": call.code, "terms": terms.code, "places": call.places, "budget_xof": call.budget_xof}
    audit.record("make", CALL.noun, call.pk, by=by, after=after)
    return call


def open_call(call: GrantCall, *, by: User) -> None:
    """Take applications from now on; the terms no longer change."""
    _require(call, by)
    if call.contract.status != "active":
        raise Refused(f"Le contrat {call.contract} n’est pas en vigueur", remedy="Faites-le signer, puis ouvrez.")
    CALL.move(call, "open", by=by)


def close_call(call: GrantCall, *, by: User) -> None:
    """Take no more applications: the committee may score."""
    _require(call, by)
    CALL.move(call, "close", by=by)


def reopen_call(call: GrantCall, *, reason: str, by: User) -> None:
    """Take applications again, while no selection rests on those there are."""
    _require(call, by)
    if call.selections.exclude(status="rejected").exists():
        raise Refused("Une sélection est en cours", remedy="Rejetez-la d’abord.")
    CALL.move(call, "reopen", by=by, reason=said(reason))


def cancel_call(call: GrantCall, *, reason: str, by: User) -> None:
    """Give up a call that has no application left."""
    _require(call, by)
    if call.applications.exclude(status="withdrawn").exists():
        raise Refused("Des ménages ont déposé une candidature", remedy="Retirez-les d’abord, avec leur motif.")
    CALL.move(call, "cancel", by=by, reason=said(reason))


def said(reason: str) -> str:
    """A reason as it is kept; Refused when there is none."""
    told = " ".join(reason.split())
    if len(told) < LEAST_REASON:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return told[:LONGEST_REASON]


def not_future(day: date, what: str) -> None:
    """Refused for a day that has not come."""
    if day > date.today():
        raise Refused(f"{what} ne peut pas être dans l’avenir", remedy="Corrigez la date.")


def refused_by(error: IntegrityError) -> str:
    """The name of the constraint, or of the trigger's, that refused."""
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "")


def _require(call: GrantCall, by: User) -> None:
    require_plan(by, call.contract, [one.commune for one in call.communes.select_related("commune")])


def _check(contract: Contract, offer: Offer, terms: Terms, communes: Sequence[Area]) -> None:
    if contract.sort != Contract.Sort.GRANTS:
        raise Refused(f"Le contrat {contract} n’est pas un contrat de subventions", remedy="Choisissez-en un autre.")
    outside = set(communes) - {one.commune for one in contract.communes.select_related("commune")}
    if not communes or outside:
        names = ", ".join(sorted(one.name for one in outside)) or "aucune commune choisie"
        raise Refused("Les communes d’un appel sont de celles du contrat", why=names)
    if not contract.starts_on <= offer.opens_on <= offer.closes_on <= contract.ends_on:
        raise Refused(
            "Les dates de l’appel sortent du contrat ou se croisent",
            why=f"Le contrat va du {contract.starts_on:%d/%m/%Y} au {contract.ends_on:%d/%m/%Y}.",
        )
    if offer.opens_on < terms.valid_from or (terms.valid_until and offer.opens_on > terms.valid_until):
        raise Refused(f"Les conditions {terms.code} ne sont pas en vigueur à cette date", remedy="Prenez-en d’autres.")
    if not offer.code or not offer.title.strip() or offer.places < 1:
        raise Refused("Un appel a un code, un intitulé et au moins une place")
    if offer.budget_xof < offer.places * terms.amount_xof:
        raise Refused(
            f"Le budget ne paie pas {offer.places} subventions de {terms.amount_xof} FCFA",
            why=f"Il en faut {offer.places * terms.amount_xof}.", remedy="Baissez les places, ou montez le budget.",
        )  # fmt: skip


def _copy(call: GrantCall, terms: Terms) -> None:
    GrantTranche.objects.bulk_create(
        GrantTranche(call=call, number=one.number, title=one.title, amount_xof=one.amount_xof, **asdict(one.conditions))
        for one in terms.instalments
    )
    GrantCriterion.objects.bulk_create(
        GrantCriterion(call=call, rank=rank, **asdict(one)) for rank, one in enumerate(terms.criteria, start=1)
    )
    GrantChoice.objects.bulk_create(
        GrantChoice(call=call, sort=sort, **asdict(one))
        for sort, named in (("activity", terms.activities), ("reason", terms.default_reasons))
        for one in named
    )
    GrantGraduationRule.objects.create(call=call, **asdict(terms.graduation))
