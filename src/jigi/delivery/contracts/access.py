"""Who may act on what a contract does: its operator's own people, who plans, who controls, who decides."""

from __future__ import annotations

from collections.abc import Iterable

from jigi.delivery.contracts.models import Contract
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, postings_with, require
from jigi.geography.models import Area
from jigi.programmes.models import Component

PLAN, CHECK, DECIDE, OPERATE = "delivery.plan", "delivery.check", "delivery.decide", "delivery.operate"


def require_operator(user: User, contract: Contract, commune: Area | None = None) -> None:
    """Refused unless the person works for the operator of a contract in force, or plans there for the programme.

    `commune`: where it is done, which must be one of the contract's.
    """
    if contract.status != "active":
        raise Refused(
            f"Le contrat {contract.number} est « {contract.get_status_display()} »",
            remedy="Seul un contrat en vigueur se remplit : faites-le signer.",
        )
    _check_place(contract, commune)
    if not operates(user, contract, commune):
        require(user, PLAN, areas=_places(contract, commune), programme=contract.component.programme.code)


def operates(user: User, contract: Contract, commune: Area | None = None) -> bool:
    """Whether the person works today for the operator of a contract, in its programme and (if given) commune."""
    programme = contract.component.programme.code
    held = [
        posting
        for posting in postings_with(user, OPERATE, programme=programme)
        if posting.organisation == contract.operator.code
    ]
    return any(commune is None or commune.path.startswith(posting.area.path) for posting in held)


def may_operate(user: User, contract: Contract, commune: Area | None = None) -> bool:
    """Whether `require_operator` would let it pass: for the buttons of a page."""
    try:
        require_operator(user, contract, commune)
    except Refused:
        return False
    return True


def require_plan(user: User, subject: Contract | Component, communes: Iterable[Area] | None = None) -> None:
    """Refused unless the person plans for the programme, in these communes (those of the contract when None)."""
    _require(user, PLAN, subject, communes)


def require_check(user: User, subject: Contract | Component, communes: Iterable[Area] | None = None) -> None:
    """Refused unless the person controls what operators do there."""
    _require(user, CHECK, subject, communes)


def require_decide(user: User, subject: Contract | Component, communes: Iterable[Area] | None = None) -> None:
    """Refused unless the person decides for the programme there: signature, lottery, release, withholding…"""
    _require(user, DECIDE, subject, communes)


def may(user: User, right: str, subject: Contract | Component, communes: Iterable[Area] | None = None) -> bool:
    """Whether the person holds one of these rights there: for the buttons of a page."""
    component, places = _of(subject, communes)
    return can(user, right, areas=places, programme=component.programme.code)


def _require(user: User, right: str, subject: Contract | Component, communes: Iterable[Area] | None) -> None:
    component, places = _of(subject, communes)
    require(user, right, areas=places, programme=component.programme.code)


def _of(subject: Contract | Component, communes: Iterable[Area] | None) -> tuple[Component, list[Area]]:
    if isinstance(subject, Contract):
        return subject.component, list(_places(subject, None) if communes is None else communes)
    places = Area.objects.filter(pk__in=subject.communes.values("commune"))
    return subject, list(places if communes is None else communes)


def _places(contract: Contract, commune: Area | None) -> list[Area]:
    if commune is not None:
        return [commune]
    return list(Area.objects.filter(pk__in=contract.communes.values("commune")))


def _check_place(contract: Contract, commune: Area | None) -> None:
    if commune is not None and not contract.communes.filter(commune=commune).exists():
        raise Refused(
            f"{commune.name} n’est pas une commune du contrat {contract.number}",
            remedy="Choisissez une de ses communes, ou un autre contrat.",
        )
