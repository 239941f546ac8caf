"""Amending an agreement: one asks with the signed document, another confirms or refuses; nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.db.models import Max

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.periods import french_date
from jigi.foundation.received import cleaned, kind_of
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.programmes import budgets, eligibility
from jigi.programmes.budget_rules import SaidBudget
from jigi.programmes.eligibility import Said
from jigi.programmes.funding import grant
from jigi.programmes.models import (
    XOF,
    Agreement,
    AgreementDocument,
    Amendment,
    AmendmentDecision,
    FundingCommune,
    FundingLine,
)
from jigi.programmes.rules import converted_xof
from jigi.programmes.terms import STATES, change_of, state_of, terms_on
from jigi.programmes.wholes import said_whole_later

ASK, CONFIRM = "programmes.amend", "programmes.confirm"
MOST_BYTES = 5_000_000
LARGEST = 10**15
LONGEST_NAME, LONGEST_REASON = 120, 500
Kind = Amendment.Kind


@dataclass(frozen=True)
class Asked:
    """What an amendment would change: a closing, or an amount in the agreement's currency with its dated rate.

    `rate` and `rate_on` are None for an agreement in XOF. `eligible` is what it may finance from now on,
    `budget` its lines: each whole.
    """

    kind: str
    closes_on: date | None = None
    amount: Decimal | None = None
    rate: Decimal | None = None
    rate_on: date | None = None
    eligible: Said | None = None
    budget: SaidBudget | None = None


@dataclass(frozen=True)
class Paper:
    """A signed document as it was sent."""

    name: str
    content: bytes


@transaction.atomic
def ask(agreement: Agreement, asked: Asked, *, signed_on: date, reason: str, paper: Paper, by: User) -> Amendment:
    """Write down the next amendment of an agreement; it changes nothing until another person confirms it.

    Raises Refused with what to do when something is missing, or when it would change nothing.
    """
    _require(by, ASK, agreement)
    # Two amendments asked at the same time take two numbers.
    held = Agreement.objects.select_for_update().get(pk=agreement.pk)
    _check_days(held, asked, signed_on)
    said = _reason(reason)
    said_whole_later("amendment_says_its_eligibility", "amendment_says_its_budget")
    last = held.amendments.aggregate(last=Max("number"))["last"] or 0
    made = Amendment.objects.create(
        agreement=held, number=last + 1, kind=asked.kind, signed_on=signed_on, reason=said, asked_by=by,
        document=_kept(held, paper, by=by), **_changed(held, asked),
    )  # fmt: skip
    if asked.eligible:
        eligibility.write(held, asked.eligible, made)
    if asked.budget:
        budgets.write(held, asked.budget, made)
    after = {"number": made.number, "kind": made.kind, "sha256": made.document.sha256}
    audit.record("amend", "agreement", held.code, by=by, after=after, reason=said)
    return made


@transaction.atomic
def confirm(amendment: Amendment, *, by: User) -> AmendmentDecision:
    """Put an amendment in force: by another person than who asked. What it adds or takes is posted at once.

    Raises Refused when it was decided already, or when a reduction takes more than is available.
    """
    agreement = _open_to(amendment, by)
    before = terms_on(agreement, date.max)
    if amendment.closes_on and amendment.closes_on <= before.closes_on:
        raise _moves_nothing(before.closes_on)
    moved_xof = change_of(amendment).amount_xof
    if amendment.kind == Kind.BUDGET:
        budgets.refuse_beyond(budgets.said_by(amendment.budget), before.amount_xof)
    elif moved_xof < 0:
        budgets.refuse_smaller(agreement, before.amount_xof + moved_xof)
    decision = AmendmentDecision.objects.create(amendment=amendment, confirmed=True, by=by)
    if moved_xof:
        label = f"Avenant {amendment.number} de la convention {agreement.code} : {amendment.get_kind_display()}"
        cause = f"amendment:{agreement.code}:{amendment.number}"
        grant(agreement, moved_xof, cause, label, by=by, number=amendment.number)
    after = terms_on(agreement, date.max)
    audit.record(
        "confirm", "agreement", agreement.code, by=by, reason=amendment.reason,
        before={"amount_xof": before.amount_xof, "closes_on": before.closes_on.isoformat()},
        after={
            "number": amendment.number, "amount_xof": after.amount_xof, "closes_on": after.closes_on.isoformat()
        },
    )  # fmt: skip
    return decision


@transaction.atomic
def refuse(amendment: Amendment, reason: str, *, by: User) -> AmendmentDecision:
    """Refuse an amendment, with the reason: it stays in the story of its agreement, without effect."""
    agreement = _open_to(amendment, by)
    said = _reason(reason)
    decision = AmendmentDecision.objects.create(amendment=amendment, confirmed=False, reason=said, by=by)
    audit.record("refuse", "agreement", agreement.code, by=by, after={"number": amendment.number}, reason=said)
    return decision


def may(user: User, right: str, agreement: Agreement) -> bool:
    """Whether a person may ask for, or confirm, amendments of an agreement: in all it pays."""
    communes, programmes = _reach(agreement)
    return bool(programmes) and all(can(user, right, areas=communes, programme=code) for code in programmes)


def _require(by: User, right: str, agreement: Agreement) -> None:
    communes, programmes = _reach(agreement)
    for code in programmes or [""]:
        require(by, right, areas=communes, programme=code)


def _reach(agreement: Agreement) -> tuple[list[Area], list[str]]:
    """The communes and the programmes that an agreement pays."""
    paid = FundingCommune.objects.filter(funding_line__agreement=agreement).values("commune")
    lines = FundingLine.objects.filter(agreement=agreement).order_by().values_list("component__programme__code")
    return list(Area.objects.filter(pk__in=paid)), sorted({code for (code,) in lines})


def _open_to(amendment: Amendment, by: User) -> Agreement:
    """The agreement, held, of an amendment that nobody has decided and that this person may decide."""
    _require(by, CONFIRM, amendment.agreement)
    agreement = Agreement.objects.select_for_update().get(pk=amendment.agreement_id)
    state = state_of(Amendment.objects.select_related("decision").get(pk=amendment.pk))
    if state != "asked":
        raise Refused(
            f"L’avenant {amendment.number} est déjà décidé : {STATES[state]}",
            remedy="Une décision ne se reprend pas : demandez un nouvel avenant.",
        )
    if amendment.asked_by_id == by.pk:
        raise Refused(
            "Vous avez demandé cet avenant", why="Une autre personne le décide.",
            remedy="Prévenez qui confirme les avenants de ce programme.",
        )  # fmt: skip
    return agreement


def _check_days(agreement: Agreement, asked: Asked, signed_on: date) -> None:
    if signed_on > date.today():
        raise Refused("La date de signature est à venir", remedy="Demandez l’avenant quand il est signé.")
    if asked.kind == Kind.EXTENSION and asked.closes_on:
        closing = terms_on(agreement, date.max).closes_on
        if asked.closes_on <= closing:
            raise _moves_nothing(closing)


def _moves_nothing(closing: date) -> Refused:
    return Refused(
        "Ce report ne reporte rien", why=f"La convention est déjà close le {french_date(closing)}.",
        remedy="Écrivez une clôture plus lointaine.",
    )  # fmt: skip


def _changed(agreement: Agreement, asked: Asked) -> dict[str, object]:
    """The columns of what is asked. Raises Refused when the kind has not what it needs."""
    if asked.kind == Kind.EXTENSION:
        if asked.closes_on is None:
            raise Refused("Il manque la nouvelle clôture", remedy="Écrivez la date de l’avenant.")
        return {"closes_on": asked.closes_on}
    if asked.kind in (Kind.ELIGIBILITY, Kind.BUDGET):
        _check_whole(agreement, asked)
        return {}
    if asked.kind not in Kind.values:
        raise Refused("L’objet de l’avenant n’est pas choisi", remedy="Choisissez-le dans la liste.")
    if asked.amount is None or asked.amount <= 0:
        raise Refused("Il manque le montant", remedy=f"Écrivez-le en {agreement.currency}, plus grand que zéro.")
    if asked.amount != round(asked.amount, 2) or asked.amount > LARGEST:
        raise Refused("Ce montant n’est pas possible", remedy="Écrivez-le avec deux décimales au plus.")
    if agreement.currency == XOF:
        if asked.amount != asked.amount.to_integral_value():
            raise Refused("Un montant en francs CFA est entier", remedy="Retirez les décimales.")
        return {"amount_xof": int(asked.amount)}
    if asked.rate is None or asked.rate <= 0 or asked.rate_on is None:
        raise Refused("Il manque le cours ou sa date", remedy="Écrivez les francs CFA pour une unité, et le jour.")
    counted = converted_xof(asked.amount, asked.rate) if asked.rate < 10**9 else 0
    if not 0 < counted <= LARGEST:
        raise Refused("Ce montant à ce cours n’est pas possible", remedy="Relisez le montant et le cours.")
    return {"amount": asked.amount, "rate": asked.rate, "rate_on": asked.rate_on, "amount_xof": counted}


def _check_whole(agreement: Agreement, asked: Asked) -> None:
    """Refuse an eligibility that changes nothing, or a budget that is not one of this agreement."""
    if asked.kind == Kind.BUDGET:
        if asked.budget is None or not asked.budget.lines:
            raise Refused("Il manque les lignes du budget", remedy="Joignez leur fichier, CSV ou XLSX.")
        budgets.refuse_beyond(asked.budget, terms_on(agreement, date.max).amount_xof)
    elif asked.eligible is None or asked.eligible.rule == eligibility.in_force(agreement, date.max).rule:
        raise Refused(
            "Cet avenant ne change rien de ce que la convention finance",
            remedy="Dites les composantes, les lieux ou les périodes éligibles, tels que l’avenant les écrit.",
        )


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise Refused("Il faut un motif", remedy="Écrivez-le en une phrase : il est gardé avec votre nom.")
    if len(said) > LONGEST_REASON:
        raise Refused(f"Le motif dépasse {LONGEST_REASON} caractères", remedy="Raccourcissez-le.")
    return said


def _kept(agreement: Agreement, paper: Paper, *, by: User) -> AgreementDocument:
    """The document, made anew as every paper that is received; the same one twice is kept once."""
    kind = kind_of(paper.content)
    if kind not in AgreementDocument.Kind.values:
        raise Refused(
            "Il faut le document signé, en PDF, JPEG ou PNG", remedy="Joignez-le, sous un de ces formats.",
        )  # fmt: skip
    if len(paper.content) > MOST_BYTES or len((clean := cleaned(paper.content)).content) > MOST_BYTES:
        raise Refused("Le document dépasse 5 Mo", remedy="Numérisez-le moins finement, ou coupez-le.")
    held = {
        "name": paper.name.strip()[-LONGEST_NAME:] or "document", "kind": clean.kind, "content": clean.content,
        "added_by": by,
    }  # fmt: skip
    digest = sha256(paper.content).hexdigest()
    return AgreementDocument.objects.get_or_create(agreement=agreement, sha256=digest, defaults=held)[0]
