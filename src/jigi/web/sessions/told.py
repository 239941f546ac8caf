"""What sessions and their conditions hold about a household, as its personal report tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q

from jigi.delivery.models import Attendance, ConditionFinding
from jigi.web.formats import day

TABLES = frozenset({"delivery.Attendance", "delivery.ConditionFinding", "delivery.ConditionAppeal"})
HEADER = ("Quand", "Quoi", "Qui", "Ce qui est noté")


def rows(household: int, persons: Sequence[int], heard: Callable[[str], str]) -> Iterable[list[str]]:
    """The sessions attended, by the household or by its persons elsewhere, then what a condition found of it, what it
    answered and what was decided. `heard` tells what somebody wrote."""
    of = Q(household=household) | Q(person__in=persons)
    came = Attendance.objects.filter(of).select_related("session__module", "session__village", "person")
    for one in came.order_by("held_on", "pk"):
        noted = [
            f"noté par : {one.get_means_display()}", "ménage allocataire" if one.recipient else "a consenti",
            "mère d’un enfant de moins de cinq ans" if one.mother else "",
        ]  # fmt: skip
        who = str(one.person or one.get_came_display())
        yield [day(one.held_on), f"séance : {one.session}", who, " ; ".join(filter(None, noted))]
    yield from _found(household, persons, heard)


def _found(household: int, persons: Sequence[int], heard: Callable[[str], str]) -> Iterable[list[str]]:
    of = Q(household=household) | Q(enrolment__recipient__in=persons)
    found = ConditionFinding.objects.filter(of).select_related("review__condition", "enrolment__recipient")
    for one in found.prefetch_related("appeals").order_by("pk"):
        who = str(one.enrolment.recipient)
        dismissed = f" ; écarté le {day(one.dismissed_at)} : {heard(one.dismissed_why)}" if one.dismissed_at else ""
        said = f"{one.attended} séance(s) suivie(s) sur {one.required} demandée(s), {one.offered} offerte(s){dismissed}"
        when = f"{day(one.review.first_on)} au {day(one.review.last_on)}"
        yield [when, f"condition : {one.review.condition}", who, said]
        for appeal in one.appeals.order_by("pk"):
            answer = (
                f" ; réponse du {day(appeal.decided_at)} : {heard(appeal.decided_why)}" if appeal.decided_at else ""
            )
            told = f"{appeal.get_status_display()} : « {heard(appeal.said)} »{answer}"
            yield [day(appeal.said_on), "recours", who, told]
