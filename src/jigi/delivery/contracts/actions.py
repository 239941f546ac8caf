"""Contracts of operators: prepared, signed by another person, paid on what is handed in, closed.

Money: at the signature the amount leaves what is available of the agreement; a deliverable is paid out of it, and what
is left comes back at the close. Accounts: « CODE:contrat:NUMERO:engage » and « …:verse » of the agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_decide, require_operator, require_plan
from jigi.delivery.contracts.models import Contract, ContractCommune, Deliverable, Operator, Target
from jigi.delivery.contracts.states import CONTRACT, DELIVERABLE
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.ledger import actions as ledger
from jigi.ledger.models import Account
from jigi.programmes.models import Agreement, Component, FundingLine

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", re.ASCII)


@dataclass(frozen=True)
class Said:
    """A contract as somebody prepares it: between two days, both in; `amount_xof` at most."""

    number: str
    title: str
    starts_on: date
    ends_on: date
    amount_xof: int


def register(code: str, name: str, kind: str, *, by: User) -> Operator:
    """A new operator; its code is what its people are posted with, and never changes."""
    require(by, "delivery.plan")
    if not _CODE.fullmatch(code) or not name.strip() or kind not in Operator.Kind.values:
        raise Refused("Quel opérateur ?", remedy="Donnez un code court sans espaces, un nom et une nature.")
    if Operator.objects.filter(code=code).exists():
        raise Refused(f"Le code « {code} » est déjà celui d’un opérateur", remedy="Choisissez-en un autre.")
    with transaction.atomic():
        made = Operator.objects.create(code=code, name=name.strip()[:160], kind=kind)
        audit.record("register", "operator", made.pk, by=by, after={"code": code, "name": made.name})
    return made


def prepare(
    said: Said, operator: Operator, component: Component, agreement: Agreement, communes: Iterable[Area], *, by: User
) -> Contract:
    """A contract in preparation. Refused where the agreement does not pay the component, or a commune is not its."""
    places = list(communes)
    if not places:
        raise Refused("Aucune commune n’est choisie", remedy="Un contrat s’exécute dans une commune au moins.")
    require_plan(by, component, places)
    _check(said, component, agreement, places)
    with transaction.atomic():
        made = Contract.objects.create(
            number=said.number.strip(), title=said.title.strip()[:200], operator=operator, component=component,
            agreement=agreement, sort=component.kind, starts_on=said.starts_on, ends_on=said.ends_on,
            amount_xof=said.amount_xof, made_by=by,
        )  # fmt: skip
        ContractCommune.objects.bulk_create(ContractCommune(contract=made, commune=area) for area in places)
        facts = {"number": made.number, "operator": operator.code, "amount_xof": made.amount_xof}
        audit.record("prepare", CONTRACT.noun, made.pk, by=by, after=facts)
    return made


def add_target(
    contract: Contract, measure: str, amount: int, due_on: date, *, commune: Area | None = None, by: User
) -> Target:
    """What the contract must have reached on a day; only while it is in preparation."""
    require_plan(by, contract)
    _require_draft(contract)
    if amount <= 0 or not measure.strip() or not contract.starts_on <= due_on <= contract.ends_on:
        raise Refused("Quelle cible ?", remedy="Dites ce qui est compté, combien, et un jour du contrat.")
    try:
        with transaction.atomic():
            made = Target.objects.create(
                contract=contract, commune=commune, measure=measure.strip()[:40], amount=amount, due_on=due_on
            )
            audit.record("add", "target", made.pk, by=by, after={"contract": contract.number, "amount": amount})
    except IntegrityError as error:
        raise Refused("Cette cible est déjà dite pour ce jour", remedy="Retirez-la pour la dire autrement.") from error
    return made


def add_deliverable(contract: Contract, title: str, due_on: date, amount_xof: int, *, by: User) -> Deliverable:
    """What the contract is paid on, in the order they are added; only while it is in preparation."""
    require_plan(by, contract)
    _require_draft(contract)
    if amount_xof < 0 or not title.strip() or due_on < contract.starts_on:
        raise Refused("Quel livrable ?", remedy="Dites ce qui est remis, pour quel jour, et ce qu’il vaut.")
    try:
        with transaction.atomic():
            held = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
            made = Deliverable.objects.create(
                contract=held, rank=held.deliverables.count() + 1, title=title.strip()[:200], due_on=due_on,
                amount_xof=amount_xof,
            )  # fmt: skip
            facts = {"contract": held.number, "amount_xof": amount_xof}
            audit.record("add", DELIVERABLE.noun, made.pk, by=by, after=facts)
    except IntegrityError as error:
        if "dépassent" not in str(error):
            raise
        raise Refused(
            "Les livrables dépasseraient le montant du contrat", remedy="Réduisez ce livrable, ou le contrat."
        ) from error
    return made


def remove(thing: Target | Deliverable, *, by: User) -> None:
    """Take back a target or a deliverable that was written by mistake, while the contract is in preparation."""
    require_plan(by, thing.contract)
    _require_draft(thing.contract)
    noun = "target" if isinstance(thing, Target) else DELIVERABLE.noun
    with transaction.atomic():
        audit.record("remove", noun, thing.pk, by=by, before={"contract": thing.contract.number})
        thing.delete()


def sign(contract: Contract, *, by: User) -> None:
    """Sign for the programme: another person than who prepared it; its amount is set aside in the ledger."""
    require_decide(by, contract)
    if by.pk == contract.made_by_id:
        raise Refused("Vous avez préparé ce contrat : une autre personne doit le signer")
    with transaction.atomic():
        CONTRACT.move(contract, "sign", by=by, signed_by=by, signed_at=timezone.now())
        _post(contract, f"sign:{contract.pk}", "Contrat", "engage", contract.pk, contract.amount_xof, by)


def cancel(contract: Contract, *, reason: str, by: User) -> None:
    """Give up a contract in preparation."""
    require_plan(by, contract)
    CONTRACT.move(contract, "cancel", by=by, reason=_said(reason))


def close(contract: Contract, *, reason: str, by: User) -> None:
    """Close a contract: what was not paid on goes back to its agreement. Refused while a deliverable waits."""
    require_decide(by, contract)
    why = _said(reason)
    if contract.deliverables.filter(status__in=("submitted", "accepted")).exists():
        raise Refused("Un livrable remis attend encore", remedy="Payez-le ou renvoyez-le, puis clôturez.")
    with transaction.atomic():
        held = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
        rest = Account.objects.get(code=_code(held, "engage")).balance_xof if held.amount_xof else 0
        for waiting in held.deliverables.filter(status="expected"):
            DELIVERABLE.move(waiting, "cancel", by=by, reason=why)
        CONTRACT.move(held, "close", by=by, reason=why, closed_at=timezone.now())
        _post(held, f"close:{held.pk}", "Reste du contrat", "unengage", held.pk, rest, by)


def submit(deliverable: Deliverable, *, evidence: str, by: User) -> None:
    """The operator hands in what the contract is paid on, and says what it is and where it is kept."""
    require_operator(by, _contract_of(deliverable))
    if not evidence.strip():
        raise Refused("Qu’est-ce qui est remis ?", remedy="Dites quelle pièce, et où elle est gardée.")
    DELIVERABLE.move(
        deliverable, "submit", by=by, evidence=evidence.strip()[:500], submitted_by=by, submitted_at=timezone.now()
    )


def send_back(deliverable: Deliverable, *, reason: str, by: User) -> None:
    """What was handed in is not it, or not enough."""
    require_check(by, deliverable.contract)
    DELIVERABLE.move(deliverable, "send_back", by=by, reason=_said(reason), submitted_by=None, submitted_at=None)


def accept(deliverable: Deliverable, *, by: User) -> None:
    """A controller, who did not hand it in, accepts a deliverable: it may be paid."""
    require_check(by, deliverable.contract)
    if by.pk == deliverable.submitted_by_id:
        raise Refused("Vous avez remis ce livrable : une autre personne doit l’accepter")
    DELIVERABLE.move(deliverable, "accept", by=by, accepted_by=by, accepted_at=timezone.now())


def reopen(deliverable: Deliverable, *, reason: str, by: User) -> None:
    """An acceptance by mistake is taken back, until it is paid."""
    require_check(by, deliverable.contract)
    DELIVERABLE.move(deliverable, "reopen", by=by, reason=_said(reason), accepted_by=None, accepted_at=None)


def pay(deliverable: Deliverable, *, document: str, by: User) -> None:
    """The finances pay what was accepted, by the transfer that `document` names; a third person, once."""
    contract = deliverable.contract
    require(by, "ledger.keep", areas=Area.objects.filter(pk__in=contract.communes.values("commune")),
            programme=contract.component.programme.code)  # fmt: skip
    if by.pk in (deliverable.submitted_by_id, deliverable.accepted_by_id):
        raise Refused("Vous avez remis ou accepté ce livrable : une troisième personne doit le payer")
    if not document.strip():
        raise Refused("Par quelle pièce est-il payé ?", remedy="Donnez le numéro du virement ou du chèque.")
    facts: dict[str, Any] = {"paid_by": by, "paid_at": timezone.now(), "document": document.strip()[:120]}
    with transaction.atomic():
        DELIVERABLE.move(deliverable, "pay", by=by, **facts)
        cause = f"deliverable:{deliverable.pk}"
        _post(contract, cause, "Livrable du contrat", "deliver", deliverable.pk, deliverable.amount_xof, by)


def _check(said: Said, component: Component, agreement: Agreement, places: list[Area]) -> None:
    if component.kind not in Contract.Sort.values:
        raise Refused(f"« {component} » ne s’exécute pas par contrat", remedy="Choisissez une des quatre composantes.")
    if not _CODE.fullmatch(said.number.strip()) or not said.title.strip():
        raise Refused("Quel contrat ?", remedy="Donnez un numéro sans espaces et un objet.")
    if Contract.objects.filter(number=said.number.strip()).exists():
        raise Refused(f"Le contrat {said.number.strip()} existe déjà", remedy="Donnez un autre numéro.")
    if said.ends_on < said.starts_on or said.amount_xof < 0:
        raise Refused("Le contrat finit avant de commencer, ou son montant est négatif", remedy="Corrigez-le.")
    if not FundingLine.objects.filter(component=component, agreement=agreement).exists():
        raise Refused(
            f"{agreement} ne finance pas {component}", remedy="Choisissez une convention que le programme lui donne."
        )
    own = set(component.communes.values_list("commune_id", flat=True))
    if foreign := [area.name for area in places if area.pk not in own]:
        raise Refused(f"{', '.join(foreign[:5])} : hors des communes de {component}")


def _post(contract: Contract, cause: str, label: str, kind: str, item: int, amount_xof: int, by: User) -> None:
    if not amount_xof:
        return
    fund = contract.agreement
    funding = FundingLine.objects.get(component=contract.component, agreement=fund)
    engaged = ledger.open_account(
        _code(contract, "engage"), f"{fund} · contrat {contract.number}", Account.Kind.CONTRACT, fund.code
    )
    paid = ledger.open_account(
        _code(contract, "verse"), f"{fund} · contrat {contract.number}, versé", Account.Kind.CONTRACT_PAID, fund.code
    )
    sides = {
        "engage": (engaged, funding.available), "deliver": (paid, engaged), "unengage": (funding.available, engaged)
    }[kind]  # fmt: skip
    line = ledger.Line(kind, item, *sides, amount_xof)
    ledger.post("contract", cause, f"{label} {contract.number} · {contract.operator}"[:200], [line], by=by)


def _contract_of(deliverable: Deliverable) -> Contract:
    """As it is now, whatever the deliverable was read with."""
    return Contract.objects.select_related("operator", "component__programme").get(pk=deliverable.contract_id)


def _code(contract: Contract, suffix: str) -> str:
    return f"{contract.agreement.code}:contrat:{contract.number}:{suffix}"


def _require_draft(contract: Contract) -> None:
    if contract.status != "draft":
        raise Refused(
            f"Le contrat {contract.number} est « {contract.get_status_display()} » : il ne change plus",
            remedy="Préparez-en un autre, et clôturez celui-ci.",
        )


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("Pourquoi ?", remedy="Écrivez le motif.")
    return reason.strip()[:300]
