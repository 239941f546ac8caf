"""The orders that a name of a message, or of a part of it, stands for: those names are made in iso20022_out.py."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jigi.foundation.keyring import vault
from jigi.payments.adapters import iso20022_accounts as accounts
from jigi.payments.models import Instruction
from jigi.programmes.models import Agency

_NAME = re.compile(r"JIGI-T(\d{1,12})-A(\d{1,12})(?:-C(\d{1,12})(?:-([A-Z]{2}\d{3}))?)?", re.ASCII)


def orders_of(agency: Agency, message: str, part: str) -> Sequence[tuple[str, int]]:
    """Reference and amount of the orders that a message to this agency sent, those of one `part` when it is named.

    None when the name is not one of ours, or was sent to another agency.
    """
    found = _NAME.fullmatch(part or message)
    if found is None or int(found[2]) != agency.pk or (part and not part.startswith(f"{message}-C")):
        return []
    orders = Instruction.objects.filter(payment_round=int(found[1]), agency=agency).exclude(status="held")
    orders = orders.order_by("id")
    if not part:
        return list(orders.values_list("reference", "amount_xof"))
    sealed = orders.filter(funding_line__agreement=int(found[3])).values_list(
        "reference", "amount_xof", "account_sealed"
    )
    opened, keeper = (found[4] or ""), vault()
    return [
        (reference, amount)
        for reference, amount, account in sealed.iterator(chunk_size=5_000)
        if accounts.bank(_plain(keeper.unseal("account", bytes(account)))) == opened
    ]


def _plain(account: str) -> str:
    try:
        return accounts.plain(account)
    except ValueError:
        return ""
