"""Where a dispatch is kept: each method one transaction of set-based statements, committed when it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction

from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import acting
from jigi.foundation.keyring import vault
from jigi.payments import dispatch_rules as rules
from jigi.payments.adapters.conversation import Payment
from jigi.payments.dispatch_engine import Answer, DueGroup, Step
from jigi.payments.dispatch_models import Attempt


@contextmanager
def _kept() -> Iterator[None]:
    with acting("jigi.payments.dispatch"), transaction.atomic():
        yield


class TableStore:
    """A `dispatch_engine.Store` over the tables. `line` is called between transactions: tests kill there."""

    def __init__(self, dispatch: int, *, grace_s: float, line: Callable[[str], None] = lambda _: None) -> None:
        self._dispatch, self._grace_s, self._line = dispatch, grace_s, line

    def due(self, most: int) -> list[DueGroup]:
        with _kept():
            rows = fetch_sql("payments", "dispatch_due", {"dispatch": self._dispatch, "most": most})
        return [
            DueGroup(
                row["id"], row["code"],
                rules.GroupFacts(row["status"], row["released"], row["withdrawn"], row["asked"]), row["posts"],
            )
            for row in rows
        ]  # fmt: skip

    def leaving(self, steps: Sequence[Step]) -> None:
        facts = {
            "groups": [one.group.pk for one in steps], "statuses": [one.stored.status for one in steps],
            "sent": [int(one.verb == "send") for one in steps], "grace": self._grace_s,
        }  # fmt: skip
        with _kept():
            run_sql("payments", "dispatch_leaving", facts)
        self._line("leaving")

    def payments(self, group: DueGroup) -> list[Payment]:
        with _kept():
            if group.posts == 0:
                run_sql("payments", "dispatch_elsewhere", {"group": group.pk})
            rows = fetch_sql("payments", "dispatch_payments", {"group": group.pk})
        return [Payment(row["tx_id"], _account(row), row["amount_xof"]) for row in rows]

    def open_payments(self, group: DueGroup) -> Mapping[str, int]:
        with _kept():
            found = Attempt.objects.filter(group=group.pk, status__in=(rules.LIVE, rules.TO_VERIFY))
            return dict(found.order_by("pk").values_list("tx_id", "amount_xof"))

    def heard(self, answers: Sequence[Answer]) -> None:
        self._line("answered")
        verdicts = [item for answer in answers for item in answer.verdicts.items()]
        withdrawn = [one.step.group.pk for one in answers if one.heard.status == rules.WITHDRAWN]
        with _kept():
            run_sql("payments", "dispatch_heard_groups", _groups(answers))
            if verdicts:
                run_sql("payments", "dispatch_heard_payments", _payments(verdicts))
            if withdrawn:
                run_sql("payments", "dispatch_withdrawn", {"groups": withdrawn})
        self._line("heard")


def _groups(answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        "groups": [one.step.group.pk for one in answers], "statuses": [one.heard.status for one in answers],
        "asked": [one.heard.asked for one in answers], "denied": [int(one.heard.denied) for one in answers],
        "problems": [one.heard.problem[:160] for one in answers], "waits": [one.heard.wait_s for one in answers],
    }  # fmt: skip


def _payments(verdicts: Sequence[tuple[str, rules.Verdict]]) -> dict[str, Any]:
    return {
        "tx_ids": [tx_id for tx_id, _ in verdicts], "statuses": [one.status for _, one in verdicts],
        "reasons": [one.reason[:12] for _, one in verdicts],
        "references": [one.agency_reference[:60] for _, one in verdicts],
        "days": [_day(one.at) for _, one in verdicts], "returned": [one.returned for _, one in verdicts],
    }  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _account(row: Mapping[str, Any]) -> str:
    """The alias that an order is paid to, when it is the one of the frozen list."""
    keeper = vault()
    account = keeper.unseal("account", bytes(row["account_sealed"]))
    if keeper.index("account", account) != bytes(row["account_index"]):
        raise Refused(
            f"Le compte de l’ordre {row['tx_id']} n’est pas celui de la liste gelée",
            why="La valeur chiffrée a été remplacée dans la base",
            remedy="Rien ne part : prévenez l’auditeur.",
        )
    return account
