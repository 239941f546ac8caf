"""What was earned, withheld and counted of a household in what is delivered, as its personal report tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q

from jigi.delivery.models import Due, Reach, Withholding
from jigi.payments.models import DueTaken, TermWithheld
from jigi.web.formats import day, xof

TABLES = frozenset(
    {"delivery.Due", "delivery.Withholding", "delivery.Reach", "payments.DueTaken", "payments.TermWithheld"}
)
HEADER = ("Quand", "Quoi", "Qui", "FCFA", "Ce qu’il en est")


def rows(household: int, persons: Sequence[int], heard: Callable[[str], str]) -> Iterable[list[str]]:
    """Dues, terms withheld, and how often each component met the household or its persons, year by year. `heard` tells
    what somebody wrote."""
    of = Q(household=household) | Q(person__in=persons)
    yield from _earned(of, heard)
    yield from _withheld(Q(household=household) | Q(enrolment__recipient__in=persons), heard)
    met = Reach.objects.filter(of).select_related("component", "commune", "person").order_by("year", "pk")
    for one in met:
        what = f"présences comptées : {one.component.name}, {one.commune.name}"
        yield [str(one.year), what, str(one.person or "le ménage"), "", f"{one.events} fois"]


def _earned(of: Q, heard: Callable[[str], str]) -> Iterable[list[str]]:
    dues = list(Due.objects.filter(of).select_related("person").order_by("earned_on", "pk"))
    taken = DueTaken.objects.filter(due__in=dues).select_related("payment_round")
    rounds = {one.due_id: f"dans le tour {one.payment_round}" for one in taken}
    for one in dues:
        stands = rounds.get(one.pk, "à payer")
        if one.cancelled_at:
            stands = f"annulé le {day(one.cancelled_at)} : {heard(one.cancelled_why)}"
        what = f"{one.get_sort_display()} : {one.label}"
        yield [day(one.earned_on), what, str(one.person), xof(one.amount_xof), stands]


def _withheld(of: Q, heard: Callable[[str], str]) -> Iterable[list[str]]:
    kept = list(Withholding.objects.filter(of).select_related("enrolment__recipient").order_by("pk"))
    applied = TermWithheld.objects.filter(withholding__in=kept).select_related("payment_round", "restored_round")
    terms = {one.withholding_id: one for one in applied}
    for one in kept:
        term, who = terms.get(one.pk), str(one.enrolment.recipient)
        stands = [f"motif : {heard(one.reason)}", f"tour {term.payment_round}" if term else ""]
        if one.lifted_at:
            stands.append(f"levée le {day(one.lifted_at)} : {heard(one.lifted_why)}")
        if term and term.restored_round:
            stands.append(f"rendue par le tour {term.restored_round}")
        what = f"échéance {one.term} : {one.get_effect_display()} ({one.percent} %)"
        amount = xof(term.amount_xof) if term else ""
        yield [day(one.made_at), what, who, amount, " ; ".join(filter(None, stands))]
