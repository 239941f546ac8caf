"""What the manual says of rounds, in plain Python: the SQL of pipeline.py is held to these by tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class EnrolmentFacts:
    """What decides of an entitlement: the enrolment's state and its terms."""

    status: str
    first_term: int
    last_term: int


@dataclass(frozen=True)
class RecipientFacts:
    """What the register says now of who would be paid: the household's state, and whether they died or are no member.

    `survives`: they live in the household that theirs has become, however often it was merged. `heirs`: another member
    is present, alive.
    """

    household: str
    died: bool
    present: bool
    survives: bool = False
    heirs: bool = False


WITHHELD = {
    "died": "allocataire décédé", "merged": "ménage fusionné", "dissolved": "ménage dissous",
    "left": "ménage sorti du registre", "gone": "allocataire parti du ménage",
}  # fmt: skip


def withheld(recipient: RecipientFacts, *, debt: bool = False) -> str:
    """Why nothing is asked for a recipient (a key of WITHHELD); "" when it may be.

    A `debt` outlives the household: it is paid to who is alive and still there, or where the household went.
    """
    if recipient.died:
        return "died"
    if recipient.household != "active" and not debt:
        return recipient.household
    return "" if recipient.present or (debt and recipient.survives) else "gone"


def held(recipient: RecipientFacts) -> bool:
    """Whether the right of a term is written though its recipient died or left: it is the household's, which goes on.

    Its order is held at the release, and the right is owed until somebody decides who is paid.
    """
    return withheld(recipient) in ("died", "gone") and recipient.household == "active" and recipient.heirs


def is_entitled(enrolment: EnrolmentFacts, term: int) -> bool:
    """A household is owed a term when its enrolment is active and the term is one of its own."""
    return enrolment.status == "active" and enrolment.first_term <= term <= enrolment.last_term


def reference(round_id: int, entitlement_id: int, attempt: int) -> str:
    """The reference of an instruction: round, entitlement, attempt, and two check digits (ISO 7064 MOD 97-10).

    `reference(12, 4567, 1)` is « 12-4567-1-NN »; a digit or a pair miscopied changes the check.
    """
    return f"{round_id}-{entitlement_id}-{attempt}-{check_digits(round_id, entitlement_id, attempt):02}"


def check_digits(round_id: int, entitlement_id: int, attempt: int) -> int:
    return 98 - ((round_id % 97 * 10**14 + entitlement_id) * 10 + attempt) * 100 % 97


def outcome(status_read: str, *, instruction_status: str, same_amount: bool) -> str:
    """What a line of a return does to an instruction of that agency in that state.

    `status_read` is PAYE, ABSENT, REFUSE or ANNULE. A line that says again what is known is « repeated »; one that
    contradicts it is a « conflict », left to a person. What comes back is the whole payment: a part of it is not.
    """
    if status_read == "ANNULE":
        back = "reversed" if same_amount else "wrong_amount"
        return {"paid": back, "reversed": "repeated"}.get(instruction_status, "conflict")
    said = {"PAYE": "paid", "ABSENT": "absent", "REFUSE": "refused"}.get(status_read)
    if said is None:
        return "unreadable"
    if instruction_status == said:
        return "repeated"
    if instruction_status != "open":
        return "conflict"
    if said == "paid" and not same_amount:
        return "wrong_amount"
    return said


def outcomes(lines: Sequence[tuple[str, bool]], *, instruction_status: str) -> list[str]:
    """What the lines of one file about one order do, in their order: `status_read`, `same_amount` of each.

    The first answer speaks for the file; others repeat it or contradict it. A reversal is heard after the
    answer, wherever it stands.
    """
    answers = [line for line in lines if line[0] in ("PAYE", "ABSENT", "REFUSE")]
    found: list[str] = []
    status, answered, reversed_once = instruction_status, 0, False
    if answers:
        first = outcome(answers[0][0], instruction_status=status, same_amount=answers[0][1])
        status = "paid" if first == "paid" else status
    for line in lines:
        if line[0] == "ANNULE":
            judged = outcome("ANNULE", instruction_status=status, same_amount=line[1])
            found.append("repeated" if reversed_once else judged)
            reversed_once = True
        elif line not in answers:
            found.append("unreadable")
        else:
            found.append(first if not answered else "repeated" if line == answers[0] else "conflict")
            answered += 1
    return found


@dataclass(frozen=True)
class PayingLine:
    """A funding line that may pay a commune at a term: for a percentage, or as long as it has rights left to give."""

    number: int
    percent: int | None = None


@dataclass(frozen=True)
class Dealt:
    """The rights of a commune from the `first`th to the `last`th, in the order of the list, that a line pays."""

    commune: int
    first: int
    last: int
    line: int


def deal(
    rights: Mapping[int, int], lines: Mapping[int, Sequence[PayingLine]], capacity: Mapping[int, int]
) -> list[Dealt]:
    """Who pays which rights: `rights` counts those of each commune, in the order of the list; `lines` are those that
    may pay each, in their order of use; `capacity` is how many rights each line has money for.

    A whole right goes to one line. By percentage, each line's part is within one right of its share. In order, the
    first is used up before the next, over all the communes; what none has money for is left with the last, whose
    agreement then refuses the approval.
    """
    left, dealt = dict(capacity), []
    for commune, count in rights.items():
        first = 1
        for line, number in _dealt_in(count, lines[commune], left):
            if number:
                dealt.append(Dealt(commune, first, first + number - 1, line))
                left[line] = left.get(line, 0) - number
                first += number
    return dealt


def _dealt_in(count: int, lines: Sequence[PayingLine], left: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    if lines[0].percent:
        upto = 0
        for line in lines:
            before, upto = (2 * count * upto + 100) // 200, upto + (line.percent or 0)
            yield line.number, (2 * count * upto + 100) // 200 - before
        return
    for line in lines:
        number = count if line is lines[-1] else min(count, max(0, left.get(line.number, 0)))
        yield line.number, number
        count -= number
