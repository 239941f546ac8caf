"""Advances to agencies: sent before they pay, cleared by what they paid, the oldest first; what is due, aged.

In the ledger an advance goes from the treasury of its agreement to what the agency holds in advance, and from there to
what is cleared. What is reserved and committed for households is not touched: an advance is cash, not a right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.ledger import actions as ledger
from jigi.ledger.models import Account, Entry
from jigi.ledger.periods import require_everywhere
from jigi.payments import pipeline
from jigi.programmes.models import Advance, Agency, Agreement


@dataclass(frozen=True)
class AdvanceBalance:
    """An agency under an agreement, in XOF; `open` is due from it (aged: 30 days, 90, more), `owed` to it."""

    agreement_id: int
    agreement: str
    agency_id: int
    agency: str
    code: str
    committed_xof: int
    paid_xof: int
    advanced_xof: int
    cleared_xof: int
    open_xof: int
    recent_xof: int
    aging_xof: int
    old_xof: int
    owed_to_agency_xof: int
    uncleared_paid_xof: int

    @property
    def to_clear_xof(self) -> int:
        """What clearing would justify now; negative where a payment was taken back since."""
        return min(self.open_xof, self.uncleared_paid_xof)


@unfenced
@transaction.atomic
def propose(
    agreement: Agreement, agency: Agency, amount_xof: int, *, reference: str, paid_on: date, document: str,
    decision: str = "", by: User,
) -> Advance:  # fmt: skip
    """Write an advance that another person is to approve; nothing is in the accounts before."""
    require_everywhere(by, "ledger.keep")
    if amount_xof <= 0:
        raise Refused("Une avance est d’un montant positif", remedy="Écrivez le montant du virement.")
    if not reference.strip() or not document.strip():
        raise Refused(
            "Il manque la référence du virement ou sa pièce", remedy="Écrivez les deux, comme sur l’avis de la banque."
        )
    if paid_on > timezone.localdate():
        raise Refused("Ce virement est à venir", remedy="Saisissez l’avance quand la banque l’a faite, à sa date.")
    try:
        with transaction.atomic():
            advance = Advance.objects.create(
                agreement=agreement, agency=agency, amount_xof=amount_xof, reference=reference.strip()[:60],
                paid_on=paid_on, document=document.strip()[:200], decision=decision.strip()[:300], made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "advance_reference_once" not in str(error):
            raise
        raise Refused(
            f"Une avance à {agency} porte déjà la référence {reference}", remedy="Cherchez-la dans la liste."
        ) from error
    audit.record("propose", "advance", advance.pk, by=by, after={"amount_xof": amount_xof, "reference": reference})
    return advance


@unfenced
@transaction.atomic
def withdraw(advance: Advance, *, by: User) -> None:
    """Take back an advance that nobody has approved: by who entered it. What it said stays in the audit."""
    require_everywhere(by, "ledger.keep")
    held = Advance.objects.select_for_update(of=("self",)).select_related("agency").filter(pk=advance.pk).first()
    if held is None:
        raise Refused("Cette avance est déjà retirée", remedy="Rechargez la page.")
    if held.made_by_id != by.pk:
        raise Refused("Une autre personne a saisi cette avance", remedy="Demandez-lui de la retirer.")
    if held.approved_at is not None:
        raise Refused(
            "Cette avance est approuvée : elle ne se retire plus", why="Elle est dans les comptes.",
            remedy="Elle s’apure par les paiements de l’agence.",
        )  # fmt: skip
    said = {
        "agency": held.agency.code, "amount_xof": held.amount_xof, "reference": held.reference,
        "paid_on": held.paid_on.isoformat(), "document": held.document,
    }  # fmt: skip
    held.delete()
    audit.record("withdraw", "advance", advance.pk, by=by, before=said)


@pipeline.in_turn
@transaction.atomic
def approve(advance: Advance, *, by: User) -> None:
    """Approve and post an advance. Refused to its maker, and beyond what is committed unless a decision is written."""
    pipeline.wait_for_turn()
    require_everywhere(by, "ledger.approve")
    if advance.made_by_id == by.pk:
        raise Refused("Vous avez saisi cette avance : une autre personne doit l’approuver")
    try:
        with transaction.atomic():
            waiting = Advance.objects.filter(pk=advance.pk, approved_at__isnull=True)
            if not waiting.update(approved_by=by, approved_at=timezone.now()):
                raise Refused("Cette avance est déjà approuvée ou retirée", remedy="Rechargez la page.")
    except IntegrityError as error:
        if "dépassent ce qui est engagé" not in str(error):
            raise
        raise Refused(
            f"Les avances à {advance.agency} dépassent ce qui est engagé avec elle",
            why="L’agence tiendrait de l’argent qu’aucun ordre ne lui demande de payer.",
            remedy="Attendez la libération du tour ; ou retirez cette avance, et ressaisissez-la avec la décision"
            " qui l’autorise.",
        ) from error
    line = ledger.Line("advance", advance.pk, _held(advance), treasury_of(advance.agreement), advance.amount_xof)
    label = f"Avance · {advance}"[:200]
    ledger.post("advance", f"advance:{advance.pk}", label, [line], by=by, on=advance.paid_on)
    audit.record("approve", "advance", advance.pk, by=by, reason=advance.decision)


@pipeline.in_turn
@transaction.atomic
def clear(agreement: Agreement, agency: Agency, *, by: User) -> int:
    """Clear the advances of an agency by what it paid, the oldest first; returns the francs cleared.

    Where payments were taken back since the last clearing, the latest advances are open again: the sum is negative.
    """
    pipeline.wait_for_turn()
    require_everywhere(by, "ledger.keep")
    held = list(
        Advance.objects.select_for_update().filter(agreement=agreement, agency=agency, approved_at__isnull=False)
    )
    paid_xof = next((one.paid_xof for one in balances([agreement.pk]) if one.agency_id == agency.pk), 0)
    parts = _parts(held, paid_xof)
    moved_xof = sum(parts.values())
    if not parts:
        return 0
    cause = f"clear:{agreement.pk}:{agency.pk}:"
    number = Entry.objects.filter(kind="clear", cause__startswith=cause).count() + 1
    cleared = ledger.open_account(f"{agreement.code}:avances-apurees", f"{agreement.donor} · avances apurées",
                                  Account.Kind.CLEARED, agreement.code)  # fmt: skip
    lines = [
        ledger.Line("clear", one.pk, cleared, _held(one), part, number) if part > 0
        else ledger.Line("clear", one.pk, _held(one), cleared, -part, number)
        for one, part in parts.items()
    ]  # fmt: skip
    ledger.post("clear", f"{cause}{number}", f"Apurement · {agency} · {agreement.code}"[:200], lines, by=by)
    for one, part in parts.items():
        Advance.objects.filter(pk=one.pk).update(cleared_xof=one.cleared_xof + part)
    after = {"cleared": format_xof(moved_xof), "number": number}
    audit.record("clear", "agency", agency.pk, by=by, after=after)
    return moved_xof


@unfenced
def balances(agreements: Iterable[int], day: date | None = None) -> list[AdvanceBalance]:
    """What is due from and to each agency under these agreements (by number), aged on a day (today)."""
    facts = {"agreements": list(agreements), "day": day or timezone.localdate()}
    return [AdvanceBalance(**row) for row in fetch_sql("payments", "advance_balances", facts)]


def _parts(held: list[Advance], paid_xof: int) -> dict[Advance, int]:
    """What each advance gains (or loses) when the oldest are justified first by what was paid in all."""
    parts, left = {}, paid_xof
    for one in sorted(held, key=lambda advance: (advance.paid_on, advance.pk)):
        justified = min(one.amount_xof, max(left, 0))
        left -= justified
        if justified != one.cleared_xof:
            parts[one] = justified - one.cleared_xof
    return parts


def treasury_of(agreement: Agreement) -> Account:
    """Where the cash of an agreement comes from, opened when there is none."""
    name = f"{agreement.donor} · trésorerie"
    return ledger.open_account(treasury_code(agreement), name, Account.Kind.TREASURY, agreement.code)


def treasury_code(agreement: Agreement) -> str:
    return f"{agreement.code}:tresorerie"


def _held(advance: Advance) -> Account:
    agreement, agency = advance.agreement, advance.agency
    name = f"{agreement.donor} · avances à {agency.name}"[:200]
    return ledger.open_account(f"{agreement.code}:avance:{agency.code}", name, Account.Kind.ADVANCE, agreement.code)
