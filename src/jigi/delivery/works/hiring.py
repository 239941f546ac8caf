"""Who works: applications, the list closed and hashed, the public draw, the hiring in crews, substitutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from jigi.delivery.contracts.access import require_decide, require_operator, require_plan
from jigi.delivery.works import rules
from jigi.delivery.works.actions import said
from jigi.delivery.works.manual import manual
from jigi.delivery.works.models import Crew, WorkApplication, WorkDraw, Worker, Worksite
from jigi.delivery.works.refusals import explained
from jigi.delivery.works.states import APPLICATION, WORKSITE
from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.programmes.models import Component
from jigi.registry.models import Membership

NOUN = "work_application"
CREW_SIZE = 25
MOST_APPLICANTS = 5_000


@dataclass(frozen=True)
class Asked:
    """One application: a household, the adult who would work, the criteria that are theirs."""

    household: int
    person: int
    criteria: tuple[str, ...] = ()


@unfenced
@transaction.atomic
def apply(worksite: Worksite, asked: Sequence[Asked], *, by: User) -> list[WorkApplication]:
    """Write applications down, numbered in their order. Raises Refused, with nothing written, for what can't be."""
    require_operator(by, worksite.contract, worksite.commune)
    current = Worksite.objects.select_for_update().get(pk=worksite.pk)
    if current.status != "approved":
        raise Refused(
            "La liste des candidats de ce chantier n’est pas ouverte",
            remedy="Elle s’ouvre quand il est approuvé, et se ferme avant le tirage.",
        )
    if not 1 <= len(asked) <= MOST_APPLICANTS:
        raise Refused("Aucun candidat n’est donné", remedy=f"De 1 à {MOST_APPLICANTS} candidats à la fois.")
    women = _checked(current, asked)
    first = (current.applications.aggregate(last=Max("number"))["last"] or 0) + 1
    criteria = manual().criteria
    with explained():
        made = WorkApplication.objects.bulk_create(
            WorkApplication(
                worksite=current, contract_id=current.contract_id, household_id=one.household, person_id=one.person,
                number=number, woman=one.person in women, criteria=sorted(set(one.criteria)),
                points=sum(criteria[code].points for code in set(one.criteria)), made_by=by,
            )
            for number, one in enumerate(asked, first)
        )  # fmt: skip
    subjects = [one.household for one in asked]
    after = {"applications": len(made), "first": first}
    audit.record("apply", "worksite", current.pk, by=by, after=after, subjects=subjects[: audit.MOST_SUBJECTS])
    return made


@unfenced
@transaction.atomic
def withdraw(application: WorkApplication, *, reason: str, by: User) -> None:
    """Take an application back: another adult of the household may then apply."""
    require_operator(by, application.worksite.contract, application.worksite.commune)
    APPLICATION.move(application, "withdraw", by=by, reason=said(reason), subjects=[application.household_id])


@unfenced
@transaction.atomic
def close_list(worksite: Worksite, method: str, *, by: User) -> WorkDraw:
    """Close the list of applicants and publish its hash, before anybody knows the seed."""
    require_operator(by, worksite.contract, worksite.commune)
    lines = _lines(worksite)
    if not lines:
        raise Refused("Personne n’est candidat", remedy="Recevez d’abord des candidatures.")
    WORKSITE.move(worksite, "close_list", by=by)
    return WorkDraw.objects.create(
        worksite=worksite, method=WorkDraw.Method(method), applicants=len(lines), list_hash=_hash(lines), closed_by=by
    )


@unfenced
@transaction.atomic
def reopen_list(worksite: Worksite, *, reason: str, by: User) -> None:
    """Open the list again, as long as it was not drawn."""
    require_operator(by, worksite.contract, worksite.commune)
    if not WorkDraw.objects.filter(worksite=worksite, drawn_at=None).delete()[0]:
        raise Refused("Cette liste est tirée : elle ne se rouvre plus", remedy="Les suppléants remplacent qui part.")
    WORKSITE.move(worksite, "reopen_list", by=by, reason=said(reason))


@unfenced
@transaction.atomic
def draw(worksite: Worksite, seed: str, witnesses: str, *, by: User) -> WorkDraw:
    """Draw the workers and the substitutes by the seed said in public; by another than who closed the list.

    Anybody who has the list and the seed finds the same (rules.draw). Raises Refused when the list is not what was
    hashed.
    """
    require_decide(by, worksite.contract, [worksite.commune])
    seed, witnesses = " ".join(seed.split()), " ".join(witnesses.split())
    if not seed or not witnesses:
        raise Refused(
            "Un tirage public a une graine et des témoins",
            remedy="Notez le nombre dit devant l’assemblée, et qui l’a entendu.",
        )
    found = WorkDraw.objects.select_for_update().filter(worksite=worksite).first()
    if found is None or found.drawn_at is not None:
        raise Raced("La liste de ce chantier n’est pas à tirer", remedy="Rechargez la page.")
    if found.closed_by_id == by.pk:
        raise Refused("Qui a clos la liste ne la tire pas", remedy="Demandez à un autre décideur.")
    if _hash(_lines(worksite)) != found.list_hash:
        raise Refused("La liste a changé depuis qu’elle est close", remedy="Rouvrez-la, puis fermez-la de nouveau.")
    chosen, substitutes = _drawn(worksite, found.method, seed)
    WorkDraw.objects.filter(pk=found.pk).update(
        seed=seed[:80], witnesses=witnesses[:300], drawn_by=by, drawn_at=timezone.now()
    )
    facts = {"worksite": worksite.pk, "chosen": chosen, "substitutes": substitutes}
    ranked = run_sql("delivery", "works_rank", facts)
    assert ranked == len(chosen) + len(substitutes), "each applicant of the list has a rank"
    audit.record(
        "draw_list",
        "worksite",
        worksite.pk,
        by=by,
        after={"seed": seed, "chosen": len(chosen), "substitutes": len(substitutes)},
    )
    found.refresh_from_db()
    return found


@unfenced
@transaction.atomic
def hire(worksite: Worksite, *, starts_on: date, crew_size: int = CREW_SIZE, by: User) -> int:
    """Enrol the chosen in the component, each paid themselves, and share them in crews; how many.

    Asks the right to enrol besides that of planning. Raises Refused when somebody works elsewhere.
    """
    require_plan(by, worksite.contract, [worksite.commune])
    if not 1 <= crew_size <= 100:
        raise Refused("Une équipe a de 1 à 100 travailleurs", remedy="Donnez la taille des équipes.")
    chosen = list(worksite.applications.filter(status="chosen").order_by("rank").select_related("household"))
    if not chosen:
        raise Refused("Personne n’est à embaucher", remedy="Tirez d’abord la liste.")
    _hire(worksite, chosen, starts_on, crew_size, f"{worksite.code} · tirage", by)
    return len(chosen)


@unfenced
@transaction.atomic
def replace(worker: Worker, *, last_day: date, reason: str, by: User) -> Worker | None:
    """Let a worker go after a day; hire the next substitute in their crew from the day after, None when none is left.

    Where the women's places would be short without her, the next woman comes.
    """
    worksite = worker.worksite
    require_plan(by, worksite.contract, [worksite.commune])
    leave(worker, last_day=last_day, reason=reason, by=by)
    waiting = list(worksite.applications.filter(status="substitute").order_by("rank").select_related("household"))
    women = Worker.objects.filter(worksite=worksite, woman=True, ends_on=None).count()
    if women < worksite.women_places:
        waiting.sort(key=lambda one: (not one.woman, one.rank))
    if not waiting:
        return None
    chosen, first_day = waiting[0], last_day + timedelta(days=1)
    label = f"{worksite.code} · suppléant n° {chosen.number}"
    (hired,) = _hire(worksite, [chosen], first_day, 0, label, by, crew=worker.crew, replaces=worker)
    return hired


@unfenced
@transaction.atomic
def leave(worker: Worker, *, last_day: date, reason: str, by: User) -> None:
    """Note the last day of a worker. Refused when approved days come after it."""
    require_operator(by, worker.worksite.contract, worker.worksite.commune)
    if last_day < worker.starts_on:
        raise Refused("Le dernier jour est avant l’embauche", remedy="Corrigez la date.")
    with explained():
        left = Worker.objects.filter(pk=worker.pk, ends_on=None).update(ends_on=last_day, end_reason=said(reason)[:160])
    if not left:
        raise Raced("Ce travailleur est déjà parti", remedy="Rechargez la page.")
    facts = {"last_day": str(last_day)}
    audit.record("leave", "worker", worker.pk, by=by, after=facts, reason=reason, subjects=[worker.household_id])
    worker.refresh_from_db()


@unfenced
@transaction.atomic
def come_back(worker: Worker, *, by: User) -> None:
    """Undo a departure that was noted by mistake, as long as nobody took the place."""
    require_operator(by, worker.worksite.contract, worker.worksite.commune)
    if Worker.objects.filter(replaces=worker).exists():
        raise Refused("Un suppléant a pris cette place", remedy="Elle ne peut plus être rendue.")
    with explained():
        Worker.objects.filter(pk=worker.pk).update(ends_on=None, end_reason="")
    audit.record("come_back", "worker", worker.pk, by=by, subjects=[worker.household_id])
    worker.refresh_from_db()


def verify(worksite: Worksite) -> bool:
    """Whether the ranks that are kept are those that the seed gives: anybody may ask."""
    found = WorkDraw.objects.get(worksite=worksite)
    kept = worksite.applications.exclude(rank=None).order_by("rank", "number")
    chosen, substitutes = _drawn(worksite, found.method, found.seed, drawn=True)
    said_so = {number: rank for rank, number in enumerate(chosen, 1)}
    said_so |= {number: rank for rank, number in enumerate(substitutes, len(chosen) + 1)}
    return {one.number: one.rank for one in kept} == said_so


def _checked(worksite: Worksite, asked: Sequence[Asked]) -> set[int]:
    """The women among who asks; Refused when one is unknown, dead, a minor, of no known age."""
    criteria = manual().criteria
    if unknown := {code for one in asked for code in one.criteria} - set(criteria):
        raise Refused(f"Critères inconnus : {', '.join(sorted(unknown))}", remedy=f"Un de : {', '.join(criteria)}.")
    present = {
        (one.household_id, one.person_id): one
        for one in Membership.objects.filter(
            household__in=[one.household for one in asked], ended_on=None, household__commune=worksite.commune,
            person__died_on=None,
        ).select_related("person")
    }  # fmt: skip
    women = set()
    for one in asked:
        member = present.get((one.household, one.person))
        if member is None:
            raise Refused(
                "Cette personne n’est pas un membre présent d’un ménage de la commune",
                why=f"Ménage {one.household}, personne {one.person}.", remedy="Corrigez d’abord le registre.",
            )  # fmt: skip
        born = member.person.birth_date
        if born is None or not rules.is_adult(born, member.person.birth_precision or "day", worksite.starts_on):
            raise Refused(
                f"{member.person} n’est pas un adulte certain au début du chantier",
                why=f"Naissance : {member.person.birth}.",
                remedy="Proposez un autre adulte du ménage, ou corrigez sa naissance au registre.",
            )
        if member.person.sex == "F":
            women.add(one.person)
    return women


def _lines(worksite: Worksite) -> list[str]:
    """The applications as they are hashed."""
    kept = worksite.applications.exclude(status="withdrawn").order_by("number")
    return [f"{one.number}|{one.household_id}|{'F' if one.woman else 'H'}|{one.points}" for one in kept]


def _hash(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()


def _drawn(worksite: Worksite, method: str, seed: str, *, drawn: bool = False) -> tuple[list[int], list[int]]:
    kept = worksite.applications.exclude(rank=None) if drawn else worksite.applications.exclude(status="withdrawn")
    applicants = [rules.Applicant(one.number, one.woman, one.points) for one in kept]
    return rules.draw(
        applicants, seed=seed, places=worksite.places, women=worksite.women_places, by_points=method == "ranking"
    )


def _hire(
    worksite: Worksite, chosen: Sequence[WorkApplication], starts_on: date, crew_size: int, label: str, by: User, *,
    crew: Crew | None = None, replaces: Worker | None = None,
) -> list[Worker]:  # fmt: skip
    component = worksite.contract.component
    enrolments = _enrolled(component, {one.household_id: one.person_id for one in chosen}, starts_on, label, by)
    crews = [crew] if crew else _crews(worksite, -(-len(chosen) // crew_size))
    lines = {one.pk: Worker.objects.filter(crew=one).aggregate(last=Max("number"))["last"] or 0 for one in crews}
    made = []
    for at, one in enumerate(chosen):
        place = crews[at % len(crews)]
        lines[place.pk] += 1
        made.append(
            Worker(
                worksite=worksite, contract_id=worksite.contract_id, component=component, crew=place,
                number=lines[place.pk], application=one, enrolment=enrolments[one.household_id],
                household_id=one.household_id, person_id=one.person_id, woman=one.woman, starts_on=starts_on,
                replaces=replaces,
            )
        )  # fmt: skip
    with explained():
        Worker.objects.bulk_create(made)
    WorkApplication.objects.filter(pk__in=[one.pk for one in chosen]).update(status="hired")
    subjects = [one.household_id for one in chosen]
    facts = {"workers": len(made), "starts_on": str(starts_on)}
    audit.record("hire", "worksite", worksite.pk, by=by, after=facts, subjects=subjects[: audit.MOST_SUBJECTS])
    return made


def _crews(worksite: Worksite, count: int) -> list[Crew]:
    kept = list(worksite.crews.order_by("number"))
    names = [Crew(worksite=worksite, number=n, name=f"Équipe {n}") for n in range(len(kept) + 1, count + 1)]
    return kept + Crew.objects.bulk_create(names)


def _enrolled(
    component: Component, persons: Mapping[int, int], starts_on: date, label: str, by: User
) -> dict[int, Enrolment]:
    """The live enrolment of each household, its recipient the worker: made, or changed when another was paid before."""
    live = {one.household_id: one for one in _live(component, persons)}
    if missing := {household: person for household, person in persons.items() if household not in live}:
        enrolment.enrol_recipients(
            component, missing, cohort_name=label[:120], first_term=_term(component, starts_on), by=by
        )
        live = {one.household_id: one for one in _live(component, persons)}
    if lost := sorted(set(persons) - set(live)):
        raise Refused(
            f"{len(lost)} ménages ne peuvent pas être inscrits, dont le {lost[0]}",
            remedy="Voyez s’ils sont au registre, dans une commune de la composante.",
        )
    for household, one in live.items():
        if one.recipient_id != persons[household]:
            person = Membership.objects.select_related("person").get(
                household=household, person=persons[household], ended_on=None
            )
            enrolment.change_recipient(one, person.person, reason="Travaille sur un chantier", by=by)
    return live


def _live(component: Component, persons: Mapping[int, int]) -> list[Enrolment]:
    found = Enrolment.objects.filter(component=component, household__in=list(persons)).exclude(status="exited")
    return list(found)


def _term(component: Component, on: date) -> int:
    """The term of a component in which a day falls, from 1; the first for a day before all."""
    return next((term for term in range(1, component.terms + 1) if component.period(term).end >= on), component.terms)
