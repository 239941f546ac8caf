"""What an agency's own people may ask: their rounds, orders, results and exceptions; nothing of another agency."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jigi.foundation import audit
from jigi.foundation.bulk import copying_out, fetch_sql, from_copy, statement
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import organisations_with, postings_with
from jigi.geography.models import StaffPosting
from jigi.payments import statements
from jigi.payments.agency_models import AgencyReply
from jigi.payments.dispatch_models import Dispatch
from jigi.payments.models import Instruction, PaymentRound, ReturnFile, ReturnLine
from jigi.payments.orders import check_may_leave
from jigi.programmes.models import Agency

RIGHT = "payments.agency"
PAGE_ORDERS = 500
"""Orders of a page of the API."""
_UNKNOWN = "Aucun ordre de votre agence ne porte cette référence."
_WHY = {
    "unknown": _UNKNOWN,
    "other_agency": _UNKNOWN,
    "wrong_amount": "L’ordre demande un autre montant.",
    "conflict": "Cet ordre a déjà reçu une autre réponse.",
    "undone": "Le programme a défait cette ligne : son ordre attend de nouveau.",
}


@dataclass(frozen=True)
class Declared:
    """How many orders, their francs, and the SHA-256 (hexadecimal) of their text (see `declared`)."""

    lines: int
    total_xof: int
    sha256: str


@dataclass(frozen=True)
class Figures:
    """An agency's orders of one round and their francs: all, without answer, paid (in part: what was paid)."""

    orders: int = 0
    total_xof: int = 0
    open: int = 0
    open_xof: int = 0
    paid: int = 0
    paid_xof: int = 0

    @property
    def unpaid(self) -> int:
        """Came back without payment."""
        return self.orders - self.open - self.paid


@dataclass(frozen=True)
class Order:
    """One order as its agency reads it, telephone and account in clear; the day is that of the payment."""

    id: int
    household_id: int
    reference: str
    rsu: str
    recipient: str
    phone: str
    pay_point: str
    account: str
    amount_xof: int
    kind: str
    status: str
    settled_on: date | None


def agencies_of(user: User) -> QuerySet[Agency]:
    """The agencies that a person works for today."""
    return Agency.objects.filter(code__in=organisations_with(user, RIGHT)).order_by("name")


def works_for(user: User, agency: Agency, programme: str | None = None) -> bool:
    """Whether a person works for an agency today, in a programme or in any."""
    return agency.code in organisations_with(user, RIGHT, programme=programme)


def rounds_of(user: User, agency: Agency) -> QuerySet[PaymentRound]:
    """The rounds, released or closed, that have orders for an agency, in the person’s programmes there."""
    condition = Q(pk__in=[])
    for posting in _held(user, agency):
        condition |= Q(component__programme__code=posting.programme_code) if posting.programme_code else ~Q(pk__in=[])
    orders = Instruction.objects.filter(payment_round=OuterRef("pk"), agency=agency).exclude(status="held")
    rounds = PaymentRound.objects.filter(condition, Exists(orders), status__in=("released", "closed"))
    return rounds.select_related("component__programme").order_by("-released_at", "-id")


def to_answer(user: User, agency: Agency) -> QuerySet[PaymentRound]:
    """The released rounds whose orders wait for the agency to take or refuse them, and do not leave by machine."""
    answered = AgencyReply.objects.filter(payment_round=OuterRef("pk"), agency=agency, reopened_at__isnull=True)
    by_machine = Dispatch.objects.filter(payment_round=OuterRef("pk"), agency=agency, withdrawn_by__isnull=True)
    waits = Instruction.objects.filter(payment_round=OuterRef("pk"), agency=agency, status="open")
    return rounds_of(user, agency).filter(Exists(waits), ~Exists(answered), ~Exists(by_machine), status="released")


def reply_of(payment_round: PaymentRound, agency: Agency) -> AgencyReply | None:
    """The live reply of an agency to the orders of a round."""
    live = AgencyReply.objects.filter(payment_round=payment_round, agency=agency, reopened_at__isnull=True)
    return live.select_related("by", "order_file").first()


def refusals_of(payment_round: PaymentRound) -> QuerySet[AgencyReply]:
    """The refusals of a round that nobody has reopened."""
    live = payment_round.agency_replies.filter(verdict="refused", reopened_at__isnull=True)
    return live.select_related("agency", "by").order_by("id")


def figures(rounds: Iterable[PaymentRound], agency: Agency) -> dict[int, Figures]:
    """The figures of an agency in some rounds, by the round's number; in the scope of who asks."""
    facts = {"rounds": [one.pk for one in rounds], "agency": agency.pk}
    return {row.pop("round_id"): Figures(**row) for row in fetch_sql("payments", "agency_rounds", facts)}


def orders_of(payment_round: PaymentRound, agency: Agency) -> QuerySet[Instruction]:
    """An agency's orders of a round, in the scope of who asks: no name leaves with them."""
    return Instruction.objects.filter(payment_round=payment_round, agency=agency).exclude(status="held")


def files_of(agency: Agency) -> QuerySet[ReturnFile]:
    """What was taken of an agency's answers, by its own hand or by who pays."""
    return ReturnFile.objects.filter(agency=agency)


def exceptions_of(agency: Agency) -> QuerySet[ReturnLine]:
    """The lines of an agency's answers that wait for a decision, in the scope of who asks."""
    waiting = ReturnLine.objects.filter(
        return_file__in=files_of(agency), outcome__in=ReturnLine.EXCEPTIONS, resolved_at__isnull=True
    )
    return waiting.select_related("return_file")


def outcome_word(outcome: str) -> str:
    """What an agency is told of a line: an order of another agency is unknown to it."""
    told = ReturnLine.Outcome.UNKNOWN_REFERENCE if outcome == "other_agency" else ReturnLine.Outcome(outcome)
    return str(told.label)


def why_of(line: ReturnLine) -> str:
    """What an agency is told of why a line settled nothing; empty when it did."""
    return _UNKNOWN if line.outcome == "other_agency" else line.why or _WHY.get(line.outcome, "")


@unfenced
def order_page(
    payment_round: PaymentRound, agency: Agency, *, by: User, after: int = 0, most: int = PAGE_ORDERS
) -> list[Order]:
    """The orders of a round for an agency that follow a number, with names and accounts; each reading is recorded."""
    check_works_for(payment_round, agency, by)
    check_may_leave(payment_round, agency, by)
    return _told(_facts(payment_round, agency) | {"after": after, "most": most, "one": False}, payment_round, by)


@unfenced
def order_shown(order: Instruction, *, by: User) -> Order:
    """One order of the person's agency with the name of who receives it; the reading is recorded."""
    payment_round = order.payment_round
    check_works_for(payment_round, order.agency, by)
    facts = _facts(payment_round, order.agency) | {"after": order.pk - 1, "most": 1, "one": True}
    (found,) = _told(facts, payment_round, by)
    return found


@unfenced
def declared(payment_round: PaymentRound, agency: Agency) -> Declared:
    """What an agency that has read every page declares: lines, francs, and the SHA-256 of « reference;account;amount »
    and a line feed for each order, in UTF-8, in the order of the pages.
    """
    whole, lines, total, unseal = hashlib.sha256(), 0, 0, vault().unseal
    query = statement("payments", "agency_orders_declared")
    with copying_out(query, _facts(payment_round, agency)) as rows:
        for reference, account, amount in rows:
            whole.update(f"{reference};{unseal('account', from_copy(account))};{amount}\n".encode())
            lines, total = lines + 1, total + int(amount)
    return Declared(lines, total, whole.hexdigest())


@unfenced
def statement_of(agency: Agency, *, user: User, by: str) -> list[statements.Row]:
    """What an agency was handed, paid and holds, by round, programme, commune or agreement: its own sums alone."""
    return statements.of_agency(agency, [one.programme_code for one in _held(user, agency)], by)


@unfenced
def refuse_unaccepted(taken: ReturnFile, *, by: User) -> None:
    """Refused when a file given by an agency answers orders that the agency has not accepted."""
    facts = {"file": taken.pk, "agency": taken.agency_id, "by": by.pk}
    if labels := [row["label"] for row in fetch_sql("payments", "unaccepted_rounds", facts)]:
        raise Refused(
            f"Ces résultats parlent d’ordres que {taken.agency} n’a pas acceptés : {', '.join(labels[:5])}",
            why="Une agence répond des ordres qu’elle a pris.",
            remedy="Acceptez d’abord les ordres de ce tour, puis redonnez les résultats.",
        )


def check_works_for(payment_round: PaymentRound, agency: Agency, by: User) -> None:
    """Refused to who does not work for an agency in the programme of a round."""
    if not works_for(by, agency, payment_round.component.programme.code):
        raise Refused(
            "Ces ordres sont ceux d’une agence où vous ne travaillez pas",
            remedy="Demandez à votre coordination d’ouvrir votre affectation dans cette agence.",
        )


def check_accepted(payment_round: PaymentRound, agency: Agency, by: User) -> None:
    """Refused to who does not work for an agency, and until it has accepted its orders of a round."""
    check_works_for(payment_round, agency, by)
    reply = reply_of(payment_round, agency)
    if reply is None or reply.verdict != "accepted":
        raise Refused(
            "Les ordres de ce tour ne sont pas acceptés",
            why="Une agence répond des ordres qu’elle a pris.",
            remedy="Acceptez-les d’abord, puis redonnez ces résultats.",
        )


def _held(user: User, agency: Agency) -> list[StaffPosting]:
    return [posting for posting in postings_with(user, RIGHT) if posting.organisation == agency.code]


def _told(facts: dict[str, Any], payment_round: PaymentRound, by: User) -> list[Order]:
    orders = [_opened(row) for row in fetch_sql("payments", "agency_orders", facts)]
    told = {"orders": len(orders), "after": facts["after"]}
    audit.read("list", "agency_orders", payment_round.pk, by=by, after=told, subjects=[o.household_id for o in orders])
    return orders


def _opened(row: dict[str, Any]) -> Order:
    keeper, promised = vault(), bytes(row.pop("account_index"))
    row["phone"] = keeper.unseal("phone", bytes(row["phone"]))
    row["account"] = keeper.unseal("account", bytes(row["account"]))
    if keeper.index("account", row["account"]) != promised and row["account"]:
        raise Refused(
            f"Le compte de l’ordre {row['reference']} n’est pas celui de la liste gelée",
            why="La valeur chiffrée a été remplacée dans la base",
            remedy="Aucun ordre ne part : prévenez la coordination du programme.",
        )
    return Order(**row)


def _facts(payment_round: PaymentRound, agency: Agency) -> dict[str, Any]:
    origins = [row["round"] for row in fetch_sql("payments", "origin_rounds", {"round": payment_round.pk})]
    return {"origins": origins, "round": payment_round.pk, "agency": agency.pk}
