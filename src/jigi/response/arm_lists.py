"""Whom the list of an arm takes and leaves out, each household with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count
from django.db.models.expressions import RawSQL

from jigi.foundation.bulk import fetch_sql, run_sql, statement
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.response.arm_places import kept_communes, shares_in_need
from jigi.response.models import Arm
from jigi.targeting import actions as targeting
from jigi.targeting.from_register import Criteria, leave_out, list_from_register, rankable
from jigi.targeting.models import LeftOut, Result, TargetingRound

TAKEN = "taken"
REASONS = {
    TAKEN: "à inscrire", "beyond_quota": "au-delà des places du village", "no_score": "questionnaire incomplet",
    "enrolled": "déjà inscrits", "helped": "déjà aidés", "too_old": "données trop anciennes",
    "other_means": "autre moyen d’existence", "no_village": "sans village au registre",
    "not_listed": "non proposés", "outside": "hors des communes de la composante",
    "suspended": "suspendus dans la base", "gone": "sortis du registre",
}  # fmt: skip
"""What becomes of a household of an arm's list, in French, in the order in which it is told."""

WITH_CAMPAIGN = (Arm.Kind.HORIZONTAL, Arm.Kind.LISTING)
FIRST_DAY = date(1900, 1, 1)
_NAMED = re.compile(r"%\((\w+)\)s")


def made(arm: Arm, communes: Sequence[Area], *, by: User) -> dict[str, int]:
    """Make the list, in the caller's transaction; households by reason."""
    if arm.kind in WITH_CAMPAIGN:
        _campaign(arm, communes, by)
        _weigh(arm, by)
        _rank(arm, communes, by)
    return counts(arm)


def open_campaign(arm: Arm, *, by: User) -> TargetingRound:
    """The campaign of an arm, opened if it has none: assemblies' lists and other agencies' go there."""
    return _campaign(arm, kept_communes(arm.activation, arm.component), by)


def counts(arm: Arm) -> dict[str, int]:
    """Households of the list by reason (`REASONS`), none for an arm that has no list yet."""
    if arm.kind not in WITH_CAMPAIGN:
        found = fetch_sql("response", "arm_counts", facts_of(arm))
        return _ordered({row["reason"] or TAKEN: row["households"] for row in found})
    if arm.targeting_round is None:
        return {}
    results = Result.objects.filter(targeting_round=arm.targeting_round).values_list("reason")
    told_by = dict(results.annotate(Count("pk")).order_by())
    villageless = LeftOut.objects.filter(targeting_round=arm.targeting_round, reason="no_village").count()
    told_by[TAKEN] = told_by.pop("within_quota", 0)
    return _ordered(told_by | {"no_village": villageless})


def forget_names(arm: Arm) -> None:
    """Forget the names of agencies' lists that nobody has told apart: the arm is finished, they are of no use."""
    arm.agency_lines.filter(status="waiting").delete()


def taken(arm: Arm) -> list[int]:
    """The households that an arm without a campaign would enrol."""
    return [row["id"] for row in fetch_sql("response", "arm_taken", facts_of(arm))]


def because(arm: Arm, reasons: Iterable[str]) -> RawSQL:
    """The numbers of the households that an arm without a campaign names for some reasons ("" for those to enrol)."""
    facts = facts_of(arm) | {"reasons": list(reasons)}
    text = statement("response", "arm_because")
    return RawSQL(_NAMED.sub("%s", text), [facts[name] for name in _NAMED.findall(text)])  # nosec B611


def told(found: Mapping[str, int]) -> str:
    """Why households are left out: « 3 déjà inscrits, 1 données trop anciennes »; "" for none."""
    return ", ".join(f"{count} {REASONS[reason]}" for reason, count in found.items() if reason != TAKEN and count)


def facts_of(arm: Arm) -> dict[str, Any]:
    """What the statements of an arm ask; a base or a scheme that it has not is nobody's number."""
    return {
        "activation": arm.activation_id, "component": arm.component_id, "base": arm.base_component_id or 0,
        "scheme": arm.partner_scheme_id or 0,
        "purpose": arm.component.purpose, "programme": arm.component.programme_id,
        "communes": [area.pk for area in kept_communes(arm.activation)], "follow": arm.follow_displaced,
        "since": arm.helped_since or FIRST_DAY, "leave_out": arm.leave_out,
        "helped_since": arm.helped_since or FIRST_DAY,
    }  # fmt: skip


def collision(arm: Arm) -> int:
    """How many of the households of the base would have their top-up withheld in a period that another programme pays
    for the same purpose; 0 where purposes differ, so that both pay."""
    found: int = fetch_sql("response", "arm_collisions", facts_of(arm))[0]["households"]
    return found


def _campaign(arm: Arm, communes: Sequence[Area], by: User) -> TargetingRound:
    if arm.targeting_round is None:
        name = f"{arm.activation.number} · {arm.get_kind_display()} · volet {arm.pk}"
        arm.targeting_round = targeting.open_round(
            name[:120], communes, programme_code=arm.component.programme.code, formula=arm.formula,
            quota_total=arm.places, where_they_stay=arm.follow_displaced, by=by,
        )  # fmt: skip
        arm.save(update_fields=["targeting_round"])
    elif arm.targeting_round.status == TargetingRound.Status.RANKED:
        targeting.reopen(arm.targeting_round, by=by, reason=f"liste refaite du volet {arm.pk}")
        arm.targeting_round.refresh_from_db()
    return arm.targeting_round


def _weigh(arm: Arm, by: User) -> None:
    """List from the register whom the choices of the arm keep, or leave out of its lists whom they do not."""
    assert arm.targeting_round
    criteria = Criteria(arm.fresh_since, tuple(arm.livelihoods))
    bar = partial(run_sql, "response", "arm_bar", facts_of(arm))
    weigh = list_from_register if arm.kind == Arm.Kind.HORIZONTAL else leave_out
    weigh(arm.targeting_round, criteria, bar=bar, by=by)


def _rank(arm: Arm, communes: Sequence[Area], by: User) -> None:
    """Quotas by village from people in need of the cercle x population (population alone when no need is known)."""
    campaign = arm.targeting_round
    assert campaign
    shares = shares_in_need(arm.activation, communes)
    room = sum(listed for path, (people, listed) in rankable(campaign).items() if people and _share(path, shares))
    if not room:
        raise Refused(
            "Aucun ménage de la liste ne peut être classé",
            why=told(_unranked(campaign)) or "Il n’y en a pas, ou leurs questionnaires sont incomplets",
            remedy="Complétez les listes ou le registre, ou élargissez les choix du volet.",
        )  # fmt: skip
    targeting.set_quotas(campaign, min(arm.places, room), shares, poverty_exponent=1.0 if shares else 0.0, by=by)
    targeting.rank(campaign, by=by)


def _unranked(campaign: TargetingRound) -> dict[str, int]:
    reasons = LeftOut.objects.filter(targeting_round=campaign).values_list("reason")
    return _ordered(dict(reasons.annotate(Count("pk")).order_by()))


def _share(path: str, shares: Mapping[str, float]) -> float:
    return next((share for code, share in shares.items() if f"/{code}/" in path), 0.0 if shares else 1.0)


def _ordered(found: Mapping[str, int]) -> dict[str, int]:
    return {reason: found[reason] for reason in REASONS if found.get(reason)}
