"""Writing the agreements, agencies and funding lines of a programme file, with their accounts.

Accounts: « CODE:bailleur », « CODE:disponible » and « CODE:gestion » of an agreement;
« CODE:PROGRAMME.COMPONENT:programme », « …:verse » and « …:agence:AGENCY » of what it pays of a component.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F, Q

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.foundation.periods import french_date
from jigi.geography.models import Area
from jigi.ledger.actions import Line, open_account, post
from jigi.ledger.models import Account
from jigi.programmes import budgets, eligibility
from jigi.programmes.allocation import named
from jigi.programmes.definition import (
    AgencyDefinition,
    AgreementDefinition,
    Allocation,
    ComponentDefinition,
    ProgrammeDefinition,
)
from jigi.programmes.eligible_rules import ALL
from jigi.programmes.models import (
    XOF,
    Agency,
    AgencyAccount,
    AgencyCommune,
    Agreement,
    Component,
    FundingCommune,
    FundingLine,
    Programme,
)
from jigi.programmes.rules import Standing, management_xof
from jigi.programmes.tariffs import state_no_fee
from jigi.programmes.terms import extended_closings

_GRANTED = "Dotation de la convention {}"


def agreements(definition: ProgrammeDefinition, *, by: User) -> dict[str, Agreement]:
    """The agreements of a file by code, signed into the ledger once, their closing moved when it has been."""
    found = {described.code: _agreement(described, by=by) for described in definition.agreements}
    for described in definition.agreements:
        eligibility.sign(found[described.code], described, definition.division)
        budgets.sign(found[described.code], described)
    return found


def standing(definition: ProgrammeDefinition) -> dict[str, Standing]:
    """What is in force today of the agreements of a file: a closing that an amendment moved counts as the file's."""
    eligible = eligibility.contradicting(definition)
    extended = extended_closings([described.code for described in definition.agreements])
    return {
        described.code: Standing(
            max(described.closing, extended.get(described.code, date.min)), eligible.get(described.code, ALL)
        )
        for described in definition.agreements
    }


def agencies(definition: ProgrammeDefinition, programme: Programme, *, by: User) -> dict[str, Agency]:
    """The agencies of a file by code, with the rules of those it says take no fee."""
    found = {described.code: _agency(described) for described in definition.agencies}
    for described in definition.agencies:
        state_no_fee(definition, programme, described, found[described.code], by=by)
    return found


def lines(
    component: Component, described: ComponentDefinition, agreements: Mapping[str, Agreement]
) -> dict[str, FundingLine]:
    """The funding lines of a component by the code of their agreement, ranked in the order of the file."""
    existing = {line.agreement.code: line for line in component.funding_lines.select_related("agreement")}
    wanted = [funding.to for funding in described.fundings]
    if lost := sorted(existing.keys() - set(wanted)):
        raise described.place.error(
            "funding", f"La convention {named(lost)} ne paie plus rien de {described.code}",
            why="Des paiements peuvent avoir été faits sur elle",
            remedy="Laissez-lui au moins une commune, ou décrivez une nouvelle composante",
        )  # fmt: skip
    # Ranks are unique: they first leave the way of each other.
    component.funding_lines.update(rank=F("rank") + 10_000)
    for rank, code in enumerate(wanted, start=1):
        if code in existing:
            FundingLine.objects.filter(pk=existing[code].pk).update(rank=rank)
        else:
            existing[code] = _open_line(component, agreements[code], rank)
    return existing


def set_communes(
    component: Component, allocation: Allocation, lines: Mapping[str, FundingLine],
    agencies: Mapping[str, Agency], communes: Mapping[str, Area],
) -> None:  # fmt: skip
    """Who pays each commune from now on; rights that are open and enrolments that are made keep theirs."""
    FundingCommune.objects.filter(component=component).delete()
    FundingCommune.objects.bulk_create(
        FundingCommune(
            component=component, commune=communes[code], funding_line=lines[share.agreement], rank=rank,
            percent=share.turn.percent, starts_on=share.turn.starts_on, ends_on=share.turn.ends_on,
        )
        for code, shares in allocation.shares.items()
        for rank, share in enumerate(shares, start=1)
    )  # fmt: skip
    AgencyCommune.objects.bulk_create(
        (
            AgencyCommune(component=component, commune=communes[code], agency=agencies[agency])
            for code, agency in allocation.agencies.items()
        ),
        update_conflicts=True,
        unique_fields=["component", "commune"],
        update_fields=["agency"],
    )


def open_agency_accounts(component: Component) -> None:
    """An account for each funding line at each agency that pays, or has paid, the component."""
    paying = component.agency_communes.values("agency")
    has_paid = AgencyAccount.objects.filter(funding_line__component=component).values("agency")
    agencies = Agency.objects.filter(Q(pk__in=paying) | Q(pk__in=has_paid))
    for line in component.funding_lines.select_related("agreement"):
        for agency in agencies:
            agreement = line.agreement
            account = open_account(
                f"{_prefix(component, agreement)}:agence:{agency.code}",
                f"{agreement.donor} · {component.name} · chez {agency.name}"[:200],
                Account.Kind.AGENCY,
                agreement.code,
            )
            AgencyAccount.objects.get_or_create(funding_line=line, agency=agency, defaults={"account": account})


def _agreement(described: AgreementDefinition, *, by: User) -> Agreement:
    existing = Agreement.objects.filter(code=described.code).first()
    closings = {
        "closes_on": described.closing,
        "first_closes_on": described.closes_on if described.closing_extended_to else None,
    }
    if existing:
        _refuse_changed_agreement(existing, described)
        if existing.closes_on != described.closing:
            audit.record(
                "extend", "agreement", existing.code, by=by,
                before={"closes_on": existing.closes_on.isoformat()},
                after={"closes_on": described.closing.isoformat()},
            )  # fmt: skip
        Agreement.objects.filter(pk=existing.pk).update(name=described.name, **closings)
        return existing
    agreement = Agreement.objects.create(
        code=described.code, donor=described.donor, name=described.name, amount_xof=described.amount_xof,
        effective_on=described.effective_on, **closings, **_signed(described),
    )  # fmt: skip
    grant(agreement, agreement.amount_xof, f"agreement:{agreement.code}", _GRANTED.format(agreement.code), by=by)
    return agreement


def _signed(described: AgreementDefinition) -> dict[str, Any]:
    """What was signed with the amount: its currency and rate, its date, its part for management."""
    foreign = described.foreign
    return {
        "currency": foreign.currency if foreign else XOF,
        "amount": foreign.amount if foreign else None,
        "rate": foreign.rate if foreign else None,
        "rate_on": foreign.rate_on if foreign else None,
        "signed_on": described.signed_on,
        "management_bp": described.management_bp,
    }


def _refuse_changed_agreement(existing: Agreement, described: AgreementDefinition) -> None:
    signed = existing.first_closes_on or existing.closes_on
    for key, kept, value in (
        ("donor", existing.donor, described.donor),
        ("amount_xof", existing.amount_xof, described.amount_xof),
        ("effective_on", existing.effective_on, described.effective_on),
        ("closes_on", signed, described.closes_on),
        *((key, getattr(existing, key), value) for key, value in _signed(described).items()),
    ):
        if kept != value:
            remedy = "Une rallonge est un avenant ; une clôture reportée, un avenant ou « closing_extended_to »"
            raise described.place.error(
                key, f"La convention {described.code} existe avec une autre valeur : {_said(kept)}",
                why="Son argent est déjà dans les comptes", remedy=remedy,
            )  # fmt: skip
    if described.closing < existing.closes_on:
        raise described.place.error(
            "closing_extended_to",
            f"La clôture de la convention {described.code} ne peut revenir en arrière",
            why=f"Elle est reportée au {french_date(existing.closes_on)}",
        )


def grant(agreement: Agreement, amount_xof: int, cause: str, label: str, *, by: User, number: int = 0) -> None:
    """Post an amount from the donor: what is for management to its own account, the rest to what is available.

    A negative amount goes back to the donor, Refused when it is no longer there. `number` is the amendment's.
    """
    donor = _donor_account(agreement)
    kept = management_xof(abs(amount_xof), agreement.management_bp)
    parts = [(_available_account(agreement), abs(amount_xof) - kept)]
    if kept:
        parts.append((_management_account(agreement), kept))
    lines = [
        Line(
            kind="grant", item=agreement.pk, attempt=number + 1, amount_xof=part,
            debit=account if amount_xof > 0 else donor, credit=donor if amount_xof > 0 else account,
        )
        for account, part in parts if part
    ]  # fmt: skip
    post(kind="grant", cause=cause, label=label, lines=lines, by=by)


def _donor_account(agreement: Agreement) -> Account:
    name = f"{agreement.donor} · bailleur"
    return open_account(f"{agreement.code}:bailleur", name, Account.Kind.DONOR, agreement.code)


def _available_account(agreement: Agreement) -> Account:
    name = f"{agreement.donor} · disponible"
    return open_account(f"{agreement.code}:disponible", name, Account.Kind.AVAILABLE, agreement.code)


def _management_account(agreement: Agreement) -> Account:
    name = f"{agreement.donor} · frais de gestion"
    return open_account(f"{agreement.code}:gestion", name, Account.Kind.MANAGEMENT, agreement.code)


def _open_line(component: Component, agreement: Agreement, rank: int) -> FundingLine:
    prefix, title = _prefix(component, agreement), f"{agreement.donor} · {component.name}"[:170]
    reserved = open_account(f"{prefix}:programme", f"{title} · réservé", Account.Kind.PROGRAMME, agreement.code)
    paid = open_account(f"{prefix}:verse", f"{title} · versé", Account.Kind.PAID, agreement.code)
    return FundingLine.objects.create(
        component=component, agreement=agreement, rank=rank, available=_available_account(agreement),
        reserved=reserved, paid=paid,
    )  # fmt: skip


def _prefix(component: Component, agreement: Agreement) -> str:
    return f"{agreement.code}:{component.programme.code}.{component.code}"


def _agency(described: AgencyDefinition) -> Agency:
    agency, _ = Agency.objects.get_or_create(
        code=described.code, defaults={"name": described.name, "kind": described.kind}
    )
    if agency.kind != described.kind:
        raise described.place.error(
            "kind", f"L’agence {described.code} existe avec une autre nature : {agency.get_kind_display()}",
            why="Les comptes des ménages inscrits en dépendent", remedy="Décrivez-la sous un autre code",
        )  # fmt: skip
    if agency.name != described.name:
        agency.name = described.name
        agency.save(update_fields=["name"])
    return agency


def _said(value: Any) -> str:
    if value is None:
        return "aucune"
    if isinstance(value, date):
        return french_date(value)
    return format_xof(value) if isinstance(value, int) else f"« {value} »"
