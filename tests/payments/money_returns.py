"""What the manual says of return files, in plain Python: what a line does to its order, what a person does with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.payments.money_facts import (
    SAID,
    SETTLED,
    WAITING,
    File,
    Forbidden,
    Line,
    Order,
    OrderKey,
    Right,
    RightKey,
    Round,
    Row,
)


@dataclass
class Returns:
    """Rounds with their rights and orders, and the files that answered them."""

    rounds: dict[int, Round] = field(default_factory=dict, kw_only=True)
    rights: dict[RightKey, Right] = field(default_factory=dict, kw_only=True)
    orders: dict[OrderKey, Order] = field(default_factory=dict, kw_only=True)
    files: dict[int, File] = field(default_factory=dict, kw_only=True)
    lines: dict[int, Line] = field(default_factory=dict, kw_only=True)

    def known(self, agency: int, rows: Sequence[Row]) -> bool:
        return any(one.agency == agency and one.rows == tuple(rows) and not one.undone for one in self.files.values())

    def reconcile(self, agency: int, rows: Sequence[Row], number: int, lines: Sequence[int]) -> None:
        """Every line has its outcome from what its order was before the file; the first answer speaks for an order."""
        self.files[number] = File(agency, tuple(rows))
        before = {key: order.status for key, order in self.orders.items()}
        first: dict[OrderKey, tuple[str, int]] = {}
        for key, said, amount in rows:
            if key is not None and said in SAID and said != "ANNULE":
                first.setdefault(key, (said, amount))
        seen: set[tuple[OrderKey, bool]] = set()
        for line, (key, said, amount) in zip(lines, rows, strict=True):
            made = self.lines[line] = Line(number, key, said, amount)
            if said not in SAID or key is None:
                made.outcome = "unreadable" if said not in SAID else "unknown"
                continue
            again = (key, said == "ANNULE") in seen
            made.outcome = self._heard(agency, key, said, amount, before[key], first.get(key), again)
            seen.add((key, said == "ANNULE"))
        for line in lines:
            self._settle(line)

    def _heard(
        self,
        agency: int,
        key: OrderKey,
        said: str,
        amount: int,
        status: str,
        first: tuple[str, int] | None,
        again: bool,
    ) -> str:
        order = self.orders[key]
        same = amount == order.amount
        if order.agency != agency:
            return "other_agency"
        left = self.rounds[order.round].status == "released"
        if said == "ANNULE":
            if again or status == "reversed":
                return "repeated"
            paid = status == "open" and left and first is not None and first == ("PAYE", order.amount)
            back = "reversed" if same else "wrong_amount"
            return back if status == "paid" or paid else "conflict"
        if again:
            assert first is not None
            return "repeated" if (said, same) == (first[0], first[1] == order.amount) else "conflict"
        if SAID[said] == status:
            return "repeated"
        if status != "open" or not left:
            return "conflict"
        return "wrong_amount" if said == "PAYE" and not same else SAID[said]

    def _settle(self, number: int) -> None:
        line = self.lines[number]
        if line.outcome in SETTLED:
            assert line.order is not None
            order = self.orders[line.order]
            if not (line.outcome != "reversed" and order.status == "reversed"):
                order.status, order.answer = line.outcome, number
                self.rights[line.order[:2]].status = "paid" if line.outcome == "paid" else "owed"

    def assign(self, number: int, key: OrderKey) -> None:
        """A person says which order a waiting line speaks of. A payment may come late, while nothing else asks it."""
        line, order, right = self._waiting(number), self.orders[key], self.rights[key[:2]]
        if line.said not in SAID or order.agency != self.files[line.file].agency:
            raise Forbidden
        if line.said == "PAYE" and self._may_be_part(key, line.amount):
            line.order, line.outcome = key, "wrong_amount"  # accepting it is another decision
            return
        same = line.amount == order.amount
        said = SAID[line.said]
        late = said == "paid" and order.status in ("unanswered", "absent", "refused")
        if late:
            fits = right.status == "owed" and right.attempts == key[2] and same
        elif said == "reversed":
            fits = order.status == "paid" and same
        else:
            left = self.rounds[order.round].status == "released"
            fits = order.status == "open" and left and (same or said != "paid")
        if not fits:
            raise Forbidden
        line.order, line.outcome, line.resolved = key, said, True
        self._settle(number)

    def accept_part(self, number: int) -> None:
        line = self._waiting(number)
        order = self.orders.get(line.order) if line.order else None
        if line.outcome != "wrong_amount" or order is None or line.said != "PAYE":
            raise Forbidden
        assert line.order is not None
        if not self._may_be_part(line.order, line.amount):
            raise Forbidden
        right = self.rights[line.order[:2]]
        order.status, order.part, order.answer = "partial", line.amount, number
        right.status, right.part, line.resolved = "owed", right.part + line.amount, True

    def _may_be_part(self, key: OrderKey, amount: int) -> bool:
        """Less than an order asked: it waits for its answer, or its right is owed and asked by none since."""
        order, right = self.orders[key], self.rights[key[:2]]
        if not 0 < amount < order.amount:
            return False
        if order.status == "open":
            return self.rounds[order.round].status == "released"
        late = order.status in ("unanswered", "absent", "refused")
        return late and right.status == "owed" and right.attempts == key[2]

    def part_of(self, number: int) -> OrderKey | None:
        """The order that a line has settled in part."""
        key = self.lines[number].order
        order = self.orders.get(key) if key else None
        return key if order is not None and order.status == "partial" and order.answer == number else None

    def _take_part_back(self, number: int, key: OrderKey) -> None:
        order, right = self.orders[key], self.rights[key[:2]]
        if right.attempts > key[2] or right.status != "owed":
            raise Forbidden
        released = self.rounds[order.round].status == "released"
        right.part, order.part, order.answer = right.part - order.part, 0, None
        order.status = "open" if released else "unanswered"
        right.status = "due" if released and key[2] == 1 else "owed"
        self.lines[number].resolved = False

    def dismiss(self, number: int) -> None:
        self._waiting(number).resolved = True

    def _waiting(self, number: int) -> Line:
        line = self.lines[number]
        if line.outcome not in WAITING or line.resolved:
            raise Forbidden
        return line

    def undo_line(self, number: int) -> None:
        if key := self.part_of(number):
            return self._take_part_back(number, key)
        if not self._undo([number]):
            raise Forbidden
        self.lines[number].resolved = False

    def undo_file(self, number: int) -> None:
        own = [key for key, line in self.lines.items() if line.file == number]
        settled = [key for key in own if self.lines[key].outcome in SETTLED]
        if self.files[number].undone or self._undo(own) < len(settled):
            raise Forbidden
        for line in own:
            if key := self.part_of(line):
                self._take_part_back(line, key)
        for key in own:
            if not self.lines[key].resolved:
                self.lines[key].outcome, self.lines[key].resolved = "undone", True
        self.files[number].undone = True

    def _undo(self, lines: Sequence[int]) -> int:
        """Take back what lines did, reversals first; what was ordered, given back or closed since is left."""
        undone = 0
        for turn in (("reversed",), ("paid", "absent", "refused")):
            for number in lines:
                line = self.lines[number]
                if line.outcome in turn and line.order in self.orders and self._stands(number, line):
                    self._take_back(line)
                    undone += 1
        return undone

    def _stands(self, number: int, line: Line) -> bool:
        assert line.order is not None
        order, right = self.orders[line.order], self.rights[line.order[:2]]
        released = self.rounds[order.round].status == "released"
        rests = right.attempts > line.order[2] or right.status == "returned"
        return (
            order.answer == number and order.status == line.outcome
            and (released or line.outcome in ("paid", "reversed")) and not rests
        )  # fmt: skip

    def _take_back(self, line: Line) -> None:
        assert line.order is not None
        order, right = self.orders[line.order], self.rights[line.order[:2]]
        released = self.rounds[order.round].status == "released"
        if line.outcome == "reversed":
            paying = [n for n, one in self.lines.items() if one.order == line.order and one.outcome == "paid"]
            order.status, order.answer, right.status = "paid", max(paying), "paid"
        else:
            order.status, order.answer = "open" if released else "unanswered", None
            right.status = "due" if released and line.order[2] == 1 else "owed"
        line.outcome = "undone"
