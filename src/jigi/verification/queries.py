"""What may be asked of verifications: exercises, checks, estimates, findings."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.payments import queries as payments
from jigi.verification.models import Check, Exercise, Finding
from jigi.verification.rules import Estimate, Village, cluster_estimate, simple_estimate


@dataclass(frozen=True)
class Answered:
    """What was answered of an exercise: how many by result, and the estimate of each share among those who knew."""

    counts: dict[str, int]
    estimates: dict[str, Estimate | None]

    @property
    def waiting(self) -> int:
        return self.counts.get("", 0)

    @property
    def given(self) -> int:
        return sum(self.counts.values()) - self.waiting


def exercises_visible_to(user: User) -> QuerySet[Exercise]:
    """The exercises on rounds that the person sees."""
    found = Exercise.objects.filter(payment_round__in=payments.visible_to(user).order_by().values("pk"))
    return found.select_related("payment_round__component__programme", "made_by").annotate(
        answered=Count("checks", filter=~Q(checks__result=""))
    )


def checks_visible_to(user: User) -> QuerySet[Check]:
    """The checks in the communes where the person may see payments."""
    return Check.objects.filter(_places(user)).select_related(
        "household", "recipient", "commune", "village", "component__programme", "exercise__payment_round", "by"
    )


def findings_visible_to(user: User) -> QuerySet[Finding]:
    """The findings in the communes where the person may see payments."""
    found = Finding.objects.filter(_places(user))
    return found.select_related("household", "commune", "component__programme", "payment_round", "closed_by")


@unfenced
def answered(exercise: Exercise) -> Answered:
    """The answers of an exercise and what they say of all the paid orders it was drawn from: sums, of every commune."""
    counts = dict(exercise.checks.order_by().values_list("result").annotate(Count("id")))
    knew = sum(count for result, count in counts.items() if result not in ("", Check.Result.UNKNOWN))
    confidence = exercise.confidence or 95
    estimates: dict[str, Estimate | None] = {}
    for result in (Check.Result.RECEIVED, Check.Result.NOT_RECEIVED, Check.Result.OTHER_AMOUNT):
        if exercise.per_village and not exercise.everyone:
            estimates[result] = cluster_estimate(_villages(exercise, result), exercise.villages, confidence)
        else:
            said = counts.get(result.value, 0)
            estimates[result] = simple_estimate(knew, said, exercise.population, confidence)
    return Answered(counts, estimates)


def _villages(exercise: Exercise, result: str) -> list[Village]:
    knew = ~Q(result__in=("", Check.Result.UNKNOWN))
    rows = (
        exercise.checks.order_by()
        .values("commune", "village", "village_size")
        .annotate(asked=Count("id", filter=knew), saying=Count("id", filter=Q(result=result)))
    )
    return [Village(row["village_size"], row["asked"], row["saying"]) for row in rows]


def _places(user: User) -> Q:
    places = Q(pk__in=[])
    for posting in postings_with(user, "payments.see"):
        here = Q(commune__path__startswith=posting.area.path)
        if posting.programme_code:
            here &= Q(component__programme__code=posting.programme_code)
        places |= here
    return places
