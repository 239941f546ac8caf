"""What a household is told of a withholding: the reason, the effect, until when and how it may appeal."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from jigi.delivery.contracts.access import CHECK, DECIDE, PLAN, may
from jigi.delivery.sessions.appeals import findings_visible_to, last_day
from jigi.delivery.sessions.models import ConditionFinding, ConditionReview
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.periods import french_date

NOUN = "condition_finding"


def letters(review: ConditionReview, *, commune: int | None = None, by: User) -> list[dict[str, Any]]:
    """The letters of a decided review that a person sees, by place then name; the day of the first printing is kept.

    Refused before the decision. The reading is in the trace, with every household named.
    """
    if review.status != "decided":
        raise Refused("Rien n’est décidé", remedy="Les avis s’impriment après la décision.")
    found = findings_visible_to(by).filter(review=review, withholding__isnull=False, withholding__lifted_at=None)
    if commune is not None:
        found = found.filter(commune=commune)
    rows = list(
        found.select_related("commune").order_by(
            "commune__name", "household__village__name", "household__head_name", "pk"
        )
    )
    audit.read("print", NOUN, review.pk, by=by, subjects=[one.household_id for one in rows])
    # Who only looks does not begin the days to appeal of anybody.
    places = {one.commune for one in rows}
    if any(may(by, right, review.component, places) for right in (PLAN, CHECK, DECIDE)):
        told(rows)
    return [_letter(one) for one in rows]


@unfenced
def told(findings: list[ConditionFinding]) -> None:
    """Note that the letters of some households were printed, once: their days to appeal begin."""
    now = timezone.now()
    fresh = [one.pk for one in findings if one.told_at is None]
    ConditionFinding.objects.filter(pk__in=fresh, told_at=None).update(told_at=now)
    for one in findings:
        one.told_at = one.told_at or now


def read(finding: ConditionFinding, *, by: User) -> None:
    """Leave in the trace that the page of a finding was read."""
    audit.read("see", NOUN, finding.pk, by=by, subjects=[finding.household_id])


def _letter(one: ConditionFinding) -> dict[str, Any]:
    held, condition = one.withholding, one.review.condition
    assert held is not None
    effect = "est retenue" if held.effect == "block" else f"est réduite de {held.percent} %"
    return {
        "rsu": one.household.rsu, "head": one.household.head_name,
        "place": f"{one.household.village or one.commune} · commune de {one.commune}",
        "condition": condition.name, "reason": held.reason,
        "effect": f"Votre échéance n° {held.term} {effect}. Les suivantes ne changent pas.",
        "offered": f"Séances tenues dans votre village : {one.offered} ; suivies par votre ménage : {one.attended}.",
        "until": french_date(last_day(one)),
    }  # fmt: skip
