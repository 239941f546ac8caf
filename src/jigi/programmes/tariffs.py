"""Writing what agencies take: proposed by one person, approved by another, ended by a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.periods import french_date
from jigi.geography.models import Area
from jigi.ledger.periods import require_everywhere
from jigi.programmes.definition import AgencyDefinition, ProgrammeDefinition
from jigi.programmes.models import Agency, FeeRule, Programme


@dataclass(frozen=True)
class Fee:
    """The terms of a rule: XOF and thousandths; a minimum and a maximum where there are some."""

    mode: str
    fixed_xof: int = 0
    per_mille: Decimal = Decimal(0)
    least_xof: int | None = None
    most_xof: int | None = None


@unfenced
@transaction.atomic
def propose(
    agency: Agency, fee: Fee, *, valid_from: date, valid_until: date | None = None, area: Area | None = None,
    programme: Programme | None = None, why: str, by: User,
) -> FeeRule:  # fmt: skip
    """Write a rule that another person is to approve; a fee of zero is a rule too, and says why like any other."""
    require_everywhere(by, "ledger.keep")
    if not why.strip():
        raise Refused(
            "Une règle de frais dit d’où elle vient", why="Même des frais nuls ont un motif.",
            remedy="Écrivez le contrat et son article, ou pourquoi l’agence ne prend rien.",
        )  # fmt: skip
    try:
        with transaction.atomic():
            rule = FeeRule.objects.create(
                agency=agency, area=area, programme=programme, valid_from=valid_from, valid_until=valid_until,
                why=why.strip()[:300], made_by=by, **vars(fee),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(
            "Cette règle de frais se contredit", why="Une borne, une date ou un montant est négatif ou à l’envers.",
            remedy="Le minimum est sous le maximum, la fin après le début, le pour mille entre 0 et 1 000.",
        ) from error  # fmt: skip
    audit.record("propose", "fee_rule", rule.pk, by=by, after={"agency": agency.code, "mode": fee.mode}, reason=why)
    return rule


@unfenced
@transaction.atomic
def approve(rule: FeeRule, *, by: User) -> None:
    """Put a rule in force. Refused to who made it, and where another of the same scope is in force at the time."""
    require_everywhere(by, "ledger.approve")
    if rule.made_by_id == by.pk:
        raise Refused("Vous avez écrit cette règle : une autre personne doit l’approuver")
    try:
        with transaction.atomic():
            waiting = FeeRule.objects.filter(pk=rule.pk, approved_at__isnull=True)
            if not waiting.update(approved_by=by, approved_at=timezone.now()):
                raise Refused("Cette règle est déjà approuvée ou retirée", remedy="Rechargez la page.")
    except IntegrityError as error:
        if "fee_rule_one_at_a_time" not in str(error):
            raise
        raise Refused(
            "Une règle de la même agence, du même lieu et du même programme est en vigueur ces jours-là",
            remedy="Donnez d’abord une fin à l’ancienne, la veille du premier jour de celle-ci.",
        ) from error
    audit.record("approve", "fee_rule", rule.pk, by=by)


@unfenced
@transaction.atomic
def withdraw(rule: FeeRule, *, by: User) -> None:
    """Take back a rule that nobody has approved: by who proposed it. What it said stays in the audit."""
    require_everywhere(by, "ledger.keep")
    held = FeeRule.objects.select_for_update(of=("self",)).select_related("agency").filter(pk=rule.pk).first()
    if held is None:
        raise Refused("Cette règle est déjà retirée", remedy="Rechargez la page.")
    if held.made_by_id != by.pk:
        raise Refused("Une autre personne a proposé cette règle", remedy="Demandez-lui de la retirer.")
    if held.approved_at is not None:
        raise Refused("Cette règle est approuvée : elle ne se retire plus", remedy="Faites-lui donner une fin.")
    said = {
        "agency": held.agency.code, "mode": held.mode, "fixed_xof": held.fixed_xof, "per_mille": str(held.per_mille),
        "valid_from": held.valid_from.isoformat(), "why": held.why,
    }  # fmt: skip
    held.delete()
    audit.record("withdraw", "fee_rule", rule.pk, by=by, before=said)


@unfenced
@transaction.atomic
def end(rule: FeeRule, last_day: date, *, by: User) -> None:
    """Give a rule in force its last day, or an earlier one; rounds approved with it keep it.

    What is longer is another rule, of two hands.
    """
    require_everywhere(by, "ledger.approve")
    rule = FeeRule.objects.select_for_update().get(pk=rule.pk)
    if rule.approved_at is None or (rule.valid_until and rule.valid_until < timezone.localdate()):
        raise Refused("Cette règle n’est pas en vigueur", remedy="Proposez une autre règle, à partir du jour voulu.")
    if rule.valid_until and last_day > rule.valid_until:
        raise Refused(
            f"Cette règle finit déjà le {french_date(rule.valid_until)}",
            remedy="Pour la prolonger, proposez une règle qui commence le lendemain : une autre personne l’approuve.",
        )
    if last_day < max(rule.valid_from, timezone.localdate() - timedelta(days=1)):
        raise Refused("Une règle ne finit pas dans le passé", remedy="Donnez la date d’hier, ou une date à venir.")
    FeeRule.objects.filter(pk=rule.pk).update(valid_until=last_day)
    audit.record("end", "fee_rule", rule.pk, by=by, after={"valid_until": last_day.isoformat()})


def state_no_fee(
    definition: ProgrammeDefinition, programme: Programme, described: AgencyDefinition, agency: Agency, *, by: User
) -> None:
    """The reviewed file says that the agency takes nothing for its programme, and why: a rule, once."""
    if not described.no_fee_because:
        return
    known = FeeRule.objects.filter(agency=agency, programme=programme, area__isnull=True, approved_at__isnull=False)
    if not known.exists():
        FeeRule.objects.create(
            agency=agency, programme=programme, valid_from=definition.valid_from, mode=FeeRule.Mode.INCLUDED,
            fixed_xof=0, per_mille=0, why=described.no_fee_because, file_hash=definition.file_hash, made_by=by,
            approved_by=by, approved_at=timezone.now(),
        )  # fmt: skip
