"""What grants hold about a household, as its personal report tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Avg, Q

from jigi.delivery.models import Grant, GrantApplication
from jigi.web.formats import day, number, xof

TABLES = frozenset(
    f"delivery.Grant{name}"
    for name in (
        "", "Application", "Applicant", "Trainee", "Score", "Ranked", "Instalment", "Release", "Visit", "Evidence",
        "Default", "Graduation",
    )
)  # fmt: skip
HEADER = ("Quand", "Dossier", "Qui", "Ce qui est noté")
Heard = Callable[[str], str]


def rows(household: int, persons: Sequence[int], heard: Heard) -> Iterable[list[str]]:
    """Applications with their plan, training, mean note and places; then each grant with its instalments, evidence,
    visits, defaults and ways out. `heard` tells what somebody wrote. Of a group, the other households are not named."""
    of = Q(applicants__household=household) | Q(applicants__person__in=persons)
    of |= Q(household=household) | Q(applicant__in=persons)
    asked = GrantApplication.objects.filter(of).distinct().select_related("call", "activity", "applicant")
    for one in asked.order_by("pk"):
        leads = one.household_id == household or one.applicant_id in persons
        yield from _application(one, heard) if leads else _member(one, household, persons)
    theirs = Q(household=household) | Q(recipient__in=persons)
    for grant in Grant.objects.filter(theirs).select_related("application__call", "recipient").order_by("pk"):
        for when, said in _grant(grant, heard):
            yield [when, str(grant), str(grant.recipient), said]


def _application(one: GrantApplication, heard: Heard) -> Iterable[list[str]]:
    for when, said in _asked(one, heard):
        yield [when, str(one), str(one.applicant), said]


def _member(one: GrantApplication, household: int, persons: Sequence[int]) -> Iterable[list[str]]:
    """A group's application in which the household is, which another carries."""
    for part in one.applicants.filter(Q(household=household) | Q(person__in=persons)).select_related("person"):
        said = f"membre du groupement {one.group_name} ; {one.get_status_display()}"
        yield [day(one.made_at), str(one), str(part.person), said]


def _asked(one: GrantApplication, heard: Heard) -> Iterable[tuple[str, str]]:
    group = f", groupement {one.group_name}" if one.group_name else ""
    why = f" : {heard(one.why)}" if one.why else ""
    yield day(one.made_at), f"{one.activity}{group} : {heard(one.description)} ; {one.get_status_display()}{why}"
    before = (
        f" ; revenu mensuel d’avant : {xof(one.income_before_xof)} FCFA" if one.income_before_xof is not None else ""
    )
    plan = f"recettes {xof(sum(one.incomes_xof))} FCFA, dépenses {xof(sum(one.expenses_xof))} FCFA"
    yield "", f"plan de {len(one.incomes_xof)} mois : {plan}, apport {xof(one.own_xof)} FCFA{before}"
    for trainee in one.trained.select_related("training").order_by("held_on"):
        yield day(trainee.held_on), f"formation : {trainee.training}"
    mean = one.scores.aggregate(mean=Avg("points"))["mean"]
    if mean is not None:
        yield "", f"notes du comité : {one.scores.count()}, {number(float(mean), 1)} points en moyenne par critère"
    for place in one.places.select_related("selection").order_by("pk"):
        at = f", rang {place.rank}" if place.rank else ""
        yield day(place.selection.held_on), f"sélection : {place.get_verdict_display()}{at}"


def _grant(one: Grant, heard: Heard) -> Iterable[tuple[str, str]]:
    yield day(one.made_at), f"subvention de {xof(one.amount_xof)} FCFA, {one.get_status_display()}"
    for part in one.instalments.order_by("number"):
        why = f" : {heard(part.why)}" if part.why else ""
        yield "", f"{part} de {xof(part.amount_xof)} FCFA, {part.get_status_display()}{why}"
        for release in part.releases.order_by("pk"):
            undone = f", défaite le {day(release.undone_at)} : {heard(release.undone_why)}" if release.undone_at else ""
            yield day(release.released_on), f"{part} libérée{undone}"
        for paper in part.evidence.defer("sealed").order_by("pk"):
            worth = f" de {xof(paper.amount_xof)} FCFA" if paper.amount_xof else ""
            yield day(paper.made_at), f"pièce de la {part}, {paper.get_sort_display()}{worth} : {heard(paper.note)}"
    yield from _followed(one, heard)


def _followed(one: Grant, heard: Heard) -> Iterable[tuple[str, str]]:
    for visit in one.visits.order_by("held_on", "pk"):
        facts = [
            f"activité : {visit.get_activity_display()}",
            f"revenu mensuel {xof(visit.income_xof)} FCFA" if visit.income_xof is not None else "",
            f"biens {xof(visit.assets_xof)} FCFA" if visit.assets_xof is not None else "",
            f"difficulté : {visit.get_trouble_display()}" if visit.trouble else "",
            f"conseil : {heard(visit.advice)}" if visit.advice else "",
            f"rayée le {day(visit.struck_at)} : {heard(visit.struck_why)}" if visit.struck_at else "",
        ]  # fmt: skip
        yield day(visit.held_on), f"visite, {visit.get_sort_display()} : {' ; '.join(filter(None, facts))}"
    for fault in one.defaults.select_related("reason").order_by("pk"):
        lifted = f" ; levé le {day(fault.ended_at)} : {heard(fault.ended_why)}" if fault.ended_at else ""
        said = f"défaut, {fault.reason} : {heard(fault.told)} ; {xof(fault.back_xof)} FCFA redemandés{lifted}"
        yield day(fault.found_at), said
    for out in one.graduations.order_by("pk"):
        why = f" : {heard(out.why)}" if out.why else ""
        facts_of = (
            f"revenu de {xof(out.income_before_xof)} à {xof(out.income_after_xof)} FCFA, biens {xof(out.assets_xof)}"
        )
        yield day(out.proposed_at), f"sortie du transfert, {out.get_status_display()} : {facts_of} FCFA{why}"
