"""What the manual says of money, in plain Python: what each act does to rights, orders and funds, or that it may not.

It is held against the database after every act of test_money_machine.py, and reads nothing of the code that it judges.
Where the money stands is not posted here but counted from what became of each right: a second way to the same francs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.payments.money_facts import (
    LIVE,
    Advance,
    Enrolment,
    Forbidden,
    Order,
    OrderKey,
    Right,
    RightKey,
    Round,
)
from tests.payments.money_returns import Returns


@dataclass
class Model(Returns):
    """One component of a few terms, in communes each served by an agency, paid by agreements."""

    amount: int
    terms: int
    agency_of: dict[int, int]  # commune -> agency
    commune_of: dict[int, int]  # household -> commune
    turns: dict[int, list[tuple[str, int | None]]]  # commune -> agreements in their order, each with its percentage
    granted: dict[str, int]
    fees: dict[int, int]  # agency -> what it takes on top of each payment
    enrolments: dict[int, Enrolment] = field(default_factory=dict)
    advances: dict[int, Advance] = field(default_factory=dict)
    suspended: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)  # months of the accounts
    ruled: set[int] = field(default_factory=set)
    decided: tuple[int, int] | None = None  # so many rights, so many francs, that are lost
    ever_suspended: set[int] = field(default_factory=set)
    band: int = 10**15  # from this total on, a list needs the region's approval besides the coordinator's

    # What stands where: counted, never posted.

    def available(self, agreement: str) -> int:
        return self.granted[agreement] - sum(self.balances(agreement).values())

    def balances(self, agreement: str) -> dict[str, int]:
        """By kind of account, what of an agreement is not available: reserved, at agencies, paid, and their fees."""
        found: dict[str, int] = defaultdict(int)
        for key, right in self.rights.items():
            if right.agreement == agreement and self.rounds[key[0]].status in ("approved", "released", "closed"):
                self._count(key, right, found)
        return dict(found)

    def _count(self, key: RightKey, right: Right, found: dict[str, int]) -> None:
        place, fees = {
            "paid": ("paid", "fees_paid"), "returned": ("", ""),
        }.get(right.status, ("agency", "fees_held") if self.asked(key) else ("programme", "fees"))  # fmt: skip
        found["paid"] += right.part
        if place:
            found[place] += right.amount - right.part
            found[fees] += right.fee

    def asked(self, key: RightKey) -> bool:
        """Whether an agency holds the money of a right now."""
        return any(one.status == "open" and self.rounds[one.round].status == "released" for one in self.orders_of(key))

    def orders_of(self, key: RightKey) -> Iterator[Order]:
        return (one for (origin, household, _), one in self.orders.items() if (origin, household) == key)

    def paid_by(self, agreement: str, agency: int) -> int:
        """What households received of an agreement through an agency."""
        return sum(
            {"paid": one.amount, "partial": one.part}.get(one.status, 0) for one in self._of(agreement, agency)
        )  # fmt: skip

    def committed(self, agreement: str, agency: int) -> int:
        held = (one.amount for one in self._of(agreement, agency) if one.status == "open")
        return self.paid_by(agreement, agency) + sum(held)

    def _of(self, agreement: str, agency: int) -> Iterator[Order]:
        for (origin, household, _), one in self.orders.items():
            left = self.rounds[one.round].status in ("released", "closed")
            if left and one.agency == agency and self.rights[origin, household].agreement == agreement:
                yield one

    # Households.

    def enrol(self, household: int, first: int, number: int | None) -> None:
        live = [one for one in self.enrolments.values() if one.household == household and one.status != "exited"]
        if live or first > self.terms:
            raise Forbidden
        assert number is not None
        self.enrolments[number] = Enrolment(household, first, self.terms)

    def move(self, number: int, verb: str) -> None:
        one = self.enrolments[number]
        starts = {"suspend": ("active",), "resume": ("suspended",), "exit": ("active", "suspended")}[verb]
        if one.status not in starts:
            raise Forbidden
        one.status = {"suspend": "suspended", "resume": "active", "exit": "exited"}[verb]

    # Communes.

    def suspend_commune(self, commune: int) -> None:
        if commune in self.suspended:
            raise Forbidden
        self.suspended.add(commune)
        self.ever_suspended.add(commune)

    def lift(self, commune: int) -> None:
        if commune not in self.suspended:
            raise Forbidden
        self.suspended.discard(commune)

    # Rounds.

    def open(self, kind: str, term: int, communes: Sequence[int], number: int | None) -> None:
        taken = {
            place for one in self.rounds.values() if one.kind == "term" and one.term == term
            and one.status != "cancelled" for place in one.communes
        }  # fmt: skip
        if not communes or self.suspended & set(communes) or (kind == "term" and taken & set(communes)):
            raise Forbidden
        assert number is not None
        self.rounds[number] = Round(kind, term, set(communes))

    def reissue(self, key: OrderKey, number: int | None) -> None:
        order, right = self.orders[key], self.rights[key[:2]]
        if order.status in ("open", "paid", "unanswered") or right.status != "owed" or right.attempts != key[2]:
            raise Forbidden
        assert number is not None
        self.rounds[number] = Round("reissue", self.rounds[key[0]].term, {right.commune}, only=key[:2])

    def prepare(self, number: int) -> None:
        one = self._in(number, "draft")
        if one.communes <= self.suspended:
            raise Forbidden
        owed, entitled = self._owed(one), self._entitled(one) if one.kind == "term" else {}
        if not owed and not entitled:
            raise Forbidden
        one.communes -= self.suspended
        one.status = "prepared"
        for key in owed:
            self._order_again(number, key)
        for household, agreement in self._dealt(one, entitled):
            enrolment, commune = entitled[household], self.commune_of[household]
            self.rights[number, household] = Right(enrolment, commune, agreement, self.amount)
            self.orders[number, household, 1] = Order(number, self.agency_of[commune], self.amount)

    def _order_again(self, number: int, key: RightKey) -> None:
        right = self.rights[key]
        right.attempts += 1
        self.orders[*key, right.attempts] = Order(number, self.agency_of[right.commune], right.amount - right.part)

    def _owed(self, one: Round) -> list[RightKey]:
        """What a round asks again: owed in its communes, asked by no other, of a household that is not stopped."""
        return [
            key for key, right in self.rights.items()
            if right.status == "owed" and right.commune in one.communes - self.suspended
            and (one.only is None or one.only == key) and self.enrolments[right.enrolment].status != "suspended"
            and all(order.status not in ("open", "paid") for order in self.orders_of(key))
        ]  # fmt: skip

    def _entitled(self, one: Round) -> dict[int, int]:
        """The households with a right to a term, each with its enrolment: active, in their terms, and not had yet."""
        had = {h for (number, h) in self.rights
               if self.rounds[number].term == one.term and self.rounds[number].kind == "term"}  # fmt: skip
        return {
            each.household: number for number, each in self.enrolments.items()
            if each.status == "active" and each.first <= one.term <= each.last and each.household not in had
            and self.commune_of[each.household] in one.communes - self.suspended
        }  # fmt: skip

    def _dealt(self, one: Round, entitled: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Whole rights, commune after commune, to the agreements of each: by percentage, or the first one first."""
        left = {
            agreement: min([
                max(0, self.available(agreement)) // (self.amount + self.fees[self.agency_of[place]])
                for place in one.communes if agreement in {name for name, _ in self.turns[place]}
            ], default=0) for agreement in self.granted
        }  # fmt: skip
        listed: dict[int, list[int]] = defaultdict(list)
        for household in sorted(entitled):
            listed[self.commune_of[household]].append(household)
        for commune in sorted(listed):
            turns, count = self.turns[commune], len(listed[commune])
            upto, ends = 0, []
            for place, (agreement, percent) in enumerate(turns):
                before = ends[-1] if ends else 0
                upto += percent or 0
                end = (2 * count * upto + 100) // 200 if percent else min(count, before + max(0, left[agreement]))
                ends.append(count if place == len(turns) - 1 else end)
                left[agreement] -= ends[-1] - before
            for rank, household in enumerate(listed[commune]):
                yield household, next(turns[at][0] for at, end in enumerate(ends) if rank < end)

    def freeze(self, number: int) -> None:
        one = self._in(number, "prepared")
        rights = {key for key in self.rights if key[0] == number}
        orders = {key: order for key, order in self.orders.items() if order.round == number}
        status = {key: self.enrolments[self.rights[key[:2]].enrolment].status for key in orders}
        changed = any(s == "suspended" or (s != "active" and key[:2] in rights) for key, s in status.items())
        missing = bool(self._entitled(one)) and one.kind == "term"
        if changed or missing or one.communes & self.suspended:
            raise Forbidden
        one.status, one.given = "frozen", frozenset()
        total = sum(order.amount for order in orders.values())
        one.needs = frozenset({"region", "coordinator"} if total >= self.band else {""})

    def give_up(self, number: int, verb: str) -> None:
        """Sent back (a draft again) or cancelled: its list is as if it had never been."""
        one = self.rounds[number]
        if one.status not in (("prepared", "frozen") if verb == "send_back" else ("draft", "prepared", "frozen")):
            raise Forbidden
        one.status = "draft" if verb == "send_back" else "cancelled"
        for key in [key for key, order in self.orders.items() if order.round == number]:
            del self.orders[key]
            if key[0] != number:
                self.rights[key[:2]].attempts -= 1
        for right in [key for key in self.rights if key[0] == number]:
            del self.rights[right]

    def approve(self, number: int, hand: str) -> None:
        """One of the approvals counted at the freeze; at the last, the new rights are reserved, or none is."""
        one = self._in(number, "frozen")
        slot = hand if hand in one.needs else ""
        if slot not in one.needs - one.given:
            raise Forbidden
        one.given |= {slot}
        if one.given != one.needs:
            return
        asked: dict[str, int] = defaultdict(int)
        own = [right for key, right in self.rights.items() if key[0] == number]
        for right in own:
            asked[right.agreement] += right.amount + self.fees[self.agency_of[right.commune]]
        if any(self.available(agreement) < xof for agreement, xof in asked.items()):
            raise Forbidden
        for right in own:
            right.fee = self.fees[self.agency_of[right.commune]]
        one.status = "approved"

    def release(self, number: int) -> None:
        one = self._in(number, "approved")
        self._in_turn(number)
        one.status = "released"
        for key, order in self.orders.items():
            right = self.rights[key[:2]]
            if order.round == number and right.commune in self.suspended:
                order.status, right.status = "held", "owed"

    def close(self, number: int) -> None:
        one = self._in(number, "released")
        self._in_turn(number)
        one.status = "closed"
        for key, order in self.orders.items():
            if order.round == number and order.status == "open":
                order.status, self.rights[key[:2]].status = "unanswered", "owed"
        finished = {place: self._finished(place) for place in one.communes}
        for each in self.enrolments.values():
            # A household leaves when its last term is closed where it is paid: a catch-up is no term.
            if each.status == "active" and each.last <= finished.get(self.commune_of[each.household], 0):
                each.status = "exited"

    def _finished(self, place: int) -> int:
        """The last term closed in a commune; none while one that a suspension made it miss is to be paid still."""
        closed = {
            term.term for term in self.rounds.values()
            if term.kind == "term" and term.status == "closed" and place in term.communes
        }  # fmt: skip
        here = [
            each.first for each in self.enrolments.values()
            if each.status == "active" and self.commune_of[each.household] == place
        ]  # fmt: skip
        if not closed or not here:
            return 0
        missed = place in self.ever_suspended and not set(range(min(here), max(closed) + 1)) <= closed
        return 0 if missed else max(closed)

    def order_file(self, number: int, agency: int) -> list[int]:
        """What an agency is asked for a round that was released, order by order: all but what was held back."""
        if self.rounds[number].status not in ("released", "closed"):
            raise Forbidden
        own = (one for one in self.orders.values() if (one.round, one.agency) == (number, agency))
        asked = sorted(one.amount for one in own if one.status != "held")
        if not asked:
            raise Forbidden
        return asked

    def _in(self, number: int, status: str) -> Round:
        if self.rounds[number].status != status:
            raise Forbidden
        return self.rounds[number]

    def _in_turn(self, number: int) -> None:
        """The terms of a commune are released and closed in their order; what is beside the calendar is not."""
        one = self.rounds[number]
        for other in self.rounds.values():
            earlier = other.kind == one.kind == "term" and other.term < one.term and other.communes & one.communes
            if earlier and other.status in LIVE:
                raise Forbidden

    # Funds.

    def decide_loss(self) -> None:
        if self.decided or not self._lost():
            raise Forbidden
        self.decided = self._what_is_lost()

    def give_back(self) -> int:
        """What is owed to households that have left returns to its agreement, once two persons have said so."""
        if any(one.status in ("prepared", "frozen", "approved", "released") for one in self.rounds.values()):
            raise Forbidden
        lost = self._lost()
        if not lost:
            return 0
        if self.decided != self._what_is_lost():
            raise Forbidden
        self.decided = None
        for right in lost:
            right.status = "returned"
        return len(lost)

    def _lost(self) -> list[Right]:
        """What is owed to households that have left, and that no agency is asked for now."""
        return [
            right for key, right in self.rights.items()
            if right.status == "owed" and self.enrolments[right.enrolment].status == "exited"
            and all(order.status != "open" for order in self.orders_of(key))
        ]  # fmt: skip

    def _what_is_lost(self) -> tuple[int, int]:
        lost = self._lost()
        return len(lost), sum(right.amount - right.part for right in lost)

    def amend(self, agreement: str, xof: int) -> None:
        if self.available(agreement) + xof < 0:
            raise Forbidden
        self.granted[agreement] += xof

    def rule_fee(self, agency: int, xof: int) -> None:
        """A rule of the agency's commune; another one of the same place is in force already, or not."""
        if agency in self.ruled:
            raise Forbidden
        self.ruled.add(agency)
        self.fees[agency] = xof

    def advance(self, agreement: str, agency: int, xof: int, month: int, number: int | None) -> None:
        given = sum(one.amount for one in self.advances.values() if (one.agreement, one.agency) == (agreement, agency))
        if given + xof > self.committed(agreement, agency) or month in self.closed:
            raise Forbidden
        assert number is not None
        self.advances[number] = Advance(agreement, agency, xof)

    def clear(self, agreement: str, agency: int) -> int:
        """The oldest advance is justified first by all that was paid; returns what moved."""
        left, moved = self.paid_by(agreement, agency), 0
        for _, one in sorted(self.advances.items()):
            if (one.agreement, one.agency) == (agreement, agency):
                justified = min(one.amount, left)
                left, moved = left - justified, moved + justified - one.cleared
                one.cleared = justified
        return moved

    def close_month(self, month: int) -> None:
        if month in self.closed:
            raise Forbidden
        self.closed.add(month)
