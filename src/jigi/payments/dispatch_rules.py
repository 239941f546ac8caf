"""What a dispatch does next with a group, and what the entries of the agency prove of a payment. Pure functions.

Two rules hold everything else: a group leaves again only when the agency said that it does not know it, or that it
refused it; and a payment is unpaid only when no entry of the agency can hide that it was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jigi.payments.adapters.conversation import Accepted, Denied, Entry, Known, Outcome, Unclear, Unknown

STORED, LEAVING, SENT, READY = "stored", "leaving", "sent", "ready"
RELEASING, RELEASED, WITHDRAWING, WITHDRAWN, DONE = "releasing", "released", "withdrawing", "withdrawn", "done"

LIVE, EXECUTED, REJECTED, TO_VERIFY = "live", "executed", "rejected", "to_verify"

FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
WAIT_FOR_PEOPLE_S = 900.0
DUPLICATE = "DU03"
NEVER_RELEASED = "ANNULE"


@dataclass(frozen=True)
class GroupFacts:
    """What decides of the next step: state, how often it was asked in vain, and what people decided."""

    status: str
    released: bool = False
    withdrawn: bool = False
    asked: int = 0


@dataclass(frozen=True)
class Heard:
    """What an answer makes of a group: its new state, the seconds to wait, what to tell people."""

    status: str
    wait_s: float
    asked: int
    denied: bool = False
    problem: str = ""


def next_step(group: GroupFacts) -> str:
    """« send », « ask », « release », « withdraw », « drop » (give up what never left), « follow » or « wait »."""
    if group.status == STORED:
        # Nothing was released: whatever of it may still arrive is never executed.
        return "drop" if group.withdrawn else "send"
    if group.status in (LEAVING, SENT):
        return "ask"
    if group.status == READY:
        return "withdraw" if group.withdrawn else "release" if group.released else "ask"
    return {RELEASING: "release", WITHDRAWING: "withdraw", RELEASED: "follow"}.get(group.status, "wait")


LEFT = {"send": LEAVING, "release": RELEASING, "withdraw": WITHDRAWING}
"""The state that is stored before a step leaves: a worker that dies then asks, and does not do it blindly again."""


def hear(step: str, group: GroupFacts, answer: Outcome, *, grace_s: float) -> Heard:
    """What the answer to a step makes of a group; `group.status` is the state stored before the step left."""
    if isinstance(answer, Accepted):
        return Heard(SENT, FIRST_WAIT_S, 0)
    if isinstance(answer, Known):
        return _known(step, group, answer)
    if isinstance(answer, Unknown):
        return _unknown(group)
    wait = answer.retry_after or backoff(group.asked)
    if isinstance(answer, Unclear):
        # Too early a question would be answered « unknown » by a platform that is still taking the group.
        wait = max(wait, grace_s) if group.status == LEAVING else wait
        return Heard(group.status, wait, group.asked + 1, problem=f"Réponse incertaine ({answer.why})")
    return _denied(step, group, answer, wait)


def _known(step: str, group: GroupFacts, answer: Known) -> Heard:
    if answer.status == "released":
        return Heard(RELEASED, 0.0, 0)
    if answer.status == "withdrawn":
        return Heard(WITHDRAWN, 0.0, 0)
    if step in ("release", "withdraw"):  # taken, and not done yet
        return Heard(group.status, backoff(group.asked), group.asked + 1)
    if not answer.checked:
        return Heard(SENT, backoff(group.asked), group.asked + 1)
    waiting = group.status == READY and not (group.released or group.withdrawn)
    return Heard(READY, WAIT_FOR_PEOPLE_S if waiting else 0.0, 0)


def _unknown(group: GroupFacts) -> Heard:
    if group.status == LEAVING:
        return Heard(STORED, 0.0, 0, denied=True)
    wait = backoff(group.asked)
    return Heard(group.status, wait, group.asked + 1, problem="L’agence a pris ce lot puis dit ne pas le connaître")


def _denied(step: str, group: GroupFacts, answer: Denied, wait: float) -> Heard:
    told = "" if answer.code == 429 else f"L’agence refuse : {answer.why}"
    if step == "send":
        return Heard(STORED, wait, group.asked + 1, denied=True, problem=told)
    if step in ("release", "withdraw") and answer.code == 403:
        # Already decided, expired, or not checked yet: asking says which.
        return Heard(SENT, wait, group.asked + 1, problem=told)
    return Heard(group.status, wait, group.asked + 1, problem=told)


def backoff(asked: int) -> float:
    """Seconds to wait after being asked in vain so often: doubled each time, up to a quarter of an hour."""
    return float(min(FIRST_WAIT_S * 2 ** min(asked, 20), LONGEST_WAIT_S))


@dataclass(frozen=True)
class Verdict:
    """What is proven of a payment, and by which entry."""

    status: str
    reason: str = ""
    agency_reference: str = ""
    at: str = ""
    returned: bool = False


def verdict(entries: Sequence[Entry], *, amount_xof: int, complete: bool, once: bool) -> Verdict:
    """What the entries of one payment prove. `complete`: none is hidden; `once`: the payment left a single time.

    Executed beats everything. « DU03 » says that another entry exists, so that it never proves a payment unpaid. Of a
    payment that left twice a rejection counts only when every entry is seen.
    """
    executed = [one for one in entries if one.status == "IRREVOCABLE"]
    if executed:
        first = executed[0]
        if len(executed) > 1 or first.amount_xof != amount_xof:
            return Verdict(TO_VERIFY, "montant" if len(executed) == 1 else "deux fois", first.agency_reference)
        returned = first.returned == "IRREVOCABLE"
        return Verdict(EXECUTED, "", first.agency_reference, first.at, returned)
    if any(one.status in ("INITIE", "ENVOYE") for one in entries):
        return Verdict(LIVE)
    refusals = [one for one in entries if one.status == "REJETE" and one.reason != DUPLICATE]
    alone = len(refusals) == len(entries)
    if refusals and (complete or (once and alone)):
        return Verdict(REJECTED, refusals[-1].reason, refusals[-1].agency_reference, refusals[-1].at)
    return Verdict(TO_VERIFY, entries[-1].reason if entries else "inconnu")
