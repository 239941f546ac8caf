"""Who may touch a place of stock, a contract of the package; who checks and who reads what is restricted."""

from __future__ import annotations

from jigi.delivery.contracts.access import require_operator, require_plan
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition.models import StockPlace
from jigi.foundation.errors import Refused
from jigi.foundation.models import User


def require_place(by: User, place: StockPlace) -> None:
    """Raise Refused unless `by` handles the stock of a place: its operator's people, or who plans there."""
    if place.contract:
        require_operator(by, place.contract, place.commune)
    else:
        require_plan(by, place.component, [place.commune])


def may_handle(by: User, place: StockPlace) -> bool:
    """Whether `require_place` would let through."""
    try:
        require_place(by, place)
    except Refused:
        return False
    return True


def may_operate(by: User, contract: Contract) -> bool:
    """Whether `require_operator` would let through."""
    try:
        require_operator(by, contract)
    except Refused:
        return False
    return True
