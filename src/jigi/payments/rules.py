"""What the manual says of rounds, in plain Python: the SQL of pipeline.py is held to these by tests."""

from __future__ import annotations

from collections.abc import Sequence
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
    contradicts it is a « conflict », left to a person.
    """
    if status_read == "ANNULE":
        return {"paid": "reversed", "reversed": "repeated"}.get(instruction_status, "conflict")
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
            judged = outcome("ANNULE", instruction_status=status, same_amount=True)
            found.append("repeated" if reversed_once else judged)
            reversed_once = True
        elif line not in answers:
            found.append("unreadable")
        else:
            found.append(first if not answered else "repeated" if line == answers[0] else "conflict")
            answered += 1
    return found
