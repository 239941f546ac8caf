"""What a complaint sets off: asked by who examines, carried out by another, who holds the right of the thing itself.

A block holds the household's enrolment suspended until it is lifted, and as long as another complaint blocks it too: it
is not resumed beside (sql/guards.sql). A re-issue opens a round of one order, with its own
three hands; a change drafts a request, which a third person checks. The others are done when somebody writes what
came of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.changes.models import ChangeRequest
from jigi.enrolment import actions as enrolments
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can, require
from jigi.grievances import queries
from jigi.grievances.models import Act, Case, CasePayment
from jigi.grievances.states import ACT
from jigi.grievances.trail import keep
from jigi.payments import reissues
from jigi.payments.models import Instruction
from jigi.programmes.models import Component
from jigi.registry.models import Household

RIGHTS = {
    "block": "enrolment.decide", "reissue": "payments.prepare", "change": "changes.request",
    "appeal": "targeting.see", "visit": queries.HANDLE, "investigation": queries.HANDLE,
}  # fmt: skip
"""The right by which each act is carried out."""
WAITING = 50


@unfenced
@transaction.atomic
def ask(
    case: Case, kind: str, why: str, *, by: User, household: Household | None = None,
    component: Component | None = None, payment: CasePayment | None = None,
) -> Act:  # fmt: skip
    """Ask an act of a case in examination: a block names the component, a re-issue one payment of the case."""
    if not queries.may_handle(by, case):
        require(by, queries.HANDLE, areas=[])
    if case.status not in ("sorted", "examination", "decided"):
        raise Refused("Un acte se demande pendant l’examen", remedy="Triez la plainte, puis examinez-la.")
    if kind not in case.category.acts:
        raise Refused(
            f"Cet acte n’est pas permis pour « {case.category} »", remedy="Changez la catégorie si elle est fausse."
        )
    facts = _facts(case, kind, household, component, payment)
    try:
        with transaction.atomic():
            made = Act.objects.create(
                case=case, kind=kind, why=_said(why, "le motif"), sensitive=case.sensitive, asked_by=by, **facts
            )
    except IntegrityError as error:
        raise Refused(
            "La réémission de ce paiement est déjà demandée", remedy="Suivez celle-là, sur la page des actes."
        ) from error
    keep(case, "ask_act", by=by, facts={"act": kind})
    return made


@unfenced
@transaction.atomic
def carry_out(act: Act, *, by: User, result: str = "") -> Act:
    """Do what was asked: by another person, with the right of the thing. Refused as that thing refuses."""
    held = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
    _require_other(held, by)
    ACT.check(held, "carry_out")
    _sign(held, "done", by, **_DO[held.kind](held, result, by))
    return held


@unfenced
@transaction.atomic
def refuse(act: Act, why: str, *, by: User) -> None:
    """Turn an act down, with why: by who might have done it."""
    held = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
    _require_other(held, by)
    ACT.check(held, "refuse")
    _sign(held, "refused", by, result=_said(why, "le motif du refus"))


@unfenced
@transaction.atomic
def withdraw(act: Act, *, by: User) -> None:
    """Take back what one asked, while nobody has done it."""
    held = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
    if held.asked_by_id != by.pk:
        raise Refused("Cet acte a été demandé par une autre personne", remedy="Elle peut le retirer.")
    ACT.check(held, "withdraw")
    _sign(held, "withdrawn", by)


@unfenced
@transaction.atomic
def lift(act: Act, why: str, *, by: User) -> None:
    """End a block. The enrolment has its rights again, nothing of what remained is lost: unless another complaint
    blocks it still, or it was suspended before any."""
    held = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
    if held.kind != "block" or held.status != "done" or held.lifted_at:
        raise Refused("Ce blocage n’est pas en cours", remedy="Rechargez la page.")
    said, enrolment = _said(why, "le motif"), _locked(held)
    programme = enrolment.component.programme.code
    require(by, RIGHTS["block"], areas=[held.commune] if held.commune else None, programme=programme)
    Act.objects.filter(pk=held.pk).update(lifted_by=by, lifted_at=timezone.now())
    if enrolment.status == "suspended" and not held.suspended_before and not _blocks(enrolment).exists():
        enrolments.resume(enrolment, reason=_short(held), by=by)
    keep(held.case, "lift_block", by=by, note=said, facts={"act": "block"})


def waiting_for(user: User, rights: frozenset[str]) -> list[Act]:
    """What complaints ask that this person, with these rights somewhere, may do; of sensitive ones, nothing."""
    kinds = [kind for kind, right in RIGHTS.items() if right in rights]
    if not kinds:
        return []
    asked = queries.acts_visible_to(user).filter(status="asked", kind__in=kinds).exclude(asked_by=user)
    return list(asked.order_by("pk")[:WAITING])


def may_carry_out(user: User, act: Act) -> bool:
    """Whether the button is for this person."""
    if act.status != "asked" or act.asked_by_id == user.pk:
        return False
    if act.sensitive:
        return queries.may_handle(user, act.case)
    areas = [act.commune] if act.commune else None
    return can(user, RIGHTS[act.kind], areas=areas)


def _facts(
    case: Case, kind: str, household: Household | None, component: Component | None, payment: CasePayment | None
) -> dict[str, Any]:
    if kind == "reissue":
        if payment is None or payment.case_id != case.pk:
            raise Refused("Choisissez le paiement à réémettre", remedy="Ajoutez-le d’abord à la plainte.")
        return {
            "household": payment.household, "commune": payment.household.commune,
            "instruction_id": payment.instruction_id, "origin_round_id": payment.origin_round_id,
        }  # fmt: skip
    if case.sensitive:
        return {"commune": case.commune}
    if household is not None and not case.concerned.filter(household=household).exists():
        raise Refused("Ce ménage n’est pas de la plainte", remedy="Ajoutez-le d’abord à la plainte.")
    if kind in ("block", "change", "appeal") and household is None:
        raise Refused("Choisissez le ménage", remedy="Ajoutez-le d’abord à la plainte.")
    facts: dict[str, Any] = {"household": household, "commune": household.commune if household else case.commune}
    if kind == "block":
        assert household is not None, "just refused"
        facts["enrolment"] = _to_block(case, household, component)
    return facts


def _to_block(case: Case, household: Household, component: Component | None) -> Enrolment:
    live = Enrolment.objects.filter(household=household).exclude(status="exited")
    found = list(live.filter(component=component) if component else live)
    if len(found) != 1:
        raise Refused(
            "Dites quelle inscription bloquer" if found else "Ce ménage n’a aucune inscription en cours à bloquer",
            remedy="Choisissez la composante." if found else "Il ne recevra rien tant qu’il n’est pas inscrit.",
        )
    if _blocks(found[0]).filter(case=case).exists():
        raise Refused("Cette plainte bloque déjà cette inscription", remedy="Levez-le quand il n’a plus de raison.")
    return found[0]


def _blocks(enrolment: Enrolment) -> QuerySet[Act]:
    """What ordinary complaints hold of an enrolment now, as the database weighs it before it resumes."""
    return Act.objects.filter(
        enrolment=enrolment, kind="block", status="done", lifted_at__isnull=True, sensitive=False
    ).order_by("pk")


def _locked(act: Act) -> Enrolment:
    return Enrolment.objects.select_for_update(of=("self",)).get(pk=act.enrolment_id or 0)


def _block(act: Act, result: str, by: User) -> dict[str, Any]:
    enrolment, before = _locked(act), False
    if enrolment.status == "exited":
        raise Refused("Cette inscription est finie : il n’y a rien à bloquer", remedy="Refusez l’acte, avec ce motif.")
    if enrolment.status == "suspended":
        first = _blocks(enrolment).first()
        before = first.suspended_before if first else True
    else:
        enrolments.suspend(enrolment, reason=_short(act), by=by)
    return {"suspended_before": before, "result": result.strip()[:300]}


def _reissue(act: Act, result: str, by: User) -> dict[str, Any]:
    order = Instruction.objects.get(pk=act.instruction_id or 0, origin_round_id=act.origin_round_id)
    return {"made_round": reissues.ask(order, by=by, reason=_short(act)), "result": result.strip()[:300]}


def _change(act: Act, result: str, by: User) -> dict[str, Any]:
    """The request that this person drafted for the household, by its number: what changes is typed on its own page."""
    digits = result.strip()
    found = ChangeRequest.objects.filter(pk=int(digits) if digits.isascii() and digits.isdigit() else 0).first()
    if found is None or found.household_id != act.household_id or found.made_by_id != by.pk:
        raise Refused(
            "Cette demande de changement n’est pas celle de ce ménage, faite par vous",
            remedy="Demandez le changement sur la page du ménage, puis donnez ici son numéro.",
        )
    return {"change": found, "result": ""}


def _worded(act: Act, result: str, by: User) -> dict[str, Any]:
    return {"result": _said(result, "ce qui a été constaté")}


_DO: dict[str, Callable[[Act, str, User], dict[str, Any]]] = {
    "block": _block, "reissue": _reissue, "change": _change, "appeal": _worded, "visit": _worded,
    "investigation": _worded,
}  # fmt: skip


def _sign(act: Act, status: str, by: User, **fields: Any) -> None:
    signed = {"status": status, "done_by": by, "done_at": timezone.now(), **fields}
    try:
        with transaction.atomic():
            if not Act.objects.filter(pk=act.pk, status="asked").update(**signed):
                raise Raced("Quelqu’un a agi avant vous", remedy="Rechargez la page.")
    except IntegrityError as error:
        raise Refused("Cet acte est déjà en cours par une autre plainte", remedy="Voyez la page du ménage.") from error
    act.refresh_from_db()
    keep(act.case, f"act_{status}", by=by, facts={"act": act.kind})


def _require_other(act: Act, by: User) -> None:
    if act.asked_by_id == by.pk:
        raise Refused("Vous avez demandé cet acte", remedy="Une autre personne le fait.")
    if act.sensitive and not queries.may_handle(by, act.case):
        require(by, queries.SENSITIVE, areas=[])
    require(by, RIGHTS[act.kind], areas=[act.commune] if act.commune else None)


def _short(act: Act) -> str:
    """The reason as the thing itself keeps it: where it comes from. Why stays on the act, which may turn sensitive."""
    return f"plainte {act.case.said}"


def _said(text: str, what: str) -> str:
    said = text.strip()
    if len(said) < 10:
        raise Refused(f"Il manque {what}", remedy="Écrivez-le en une phrase (10 caractères au moins).")
    return said[:300]
