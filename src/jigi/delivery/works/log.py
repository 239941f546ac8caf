"""What happens on a worksite beside its sheets: tools, accidents, progress, trees counted, the handover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_decide, require_operator
from jigi.delivery.works.actions import said
from jigi.delivery.works.manual import manual
from jigi.delivery.works.models import (
    CommitteeMember,
    Crew,
    ToolIssue,
    TreeCount,
    WorkAccident,
    Worker,
    WorkHandover,
    WorkPhoto,
    WorkProgress,
    Worksite,
)
from jigi.delivery.works.refusals import explained
from jigi.delivery.works.states import WORKSITE
from jigi.foundation import audit, images
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User

MOST_PHOTOS = 6
PHOTO_SIDE = 1_280
"""Pixels of the longest side that is kept: enough to see a bund, small enough for a slow line."""
SURVIVAL_FROM_DAYS, SURVIVAL_TO_DAYS = 330, 400
"""Days after the end of planting when a count says the survival at 12 months."""


@unfenced
@transaction.atomic
def issue_tools(crew: Crew, tool: str, count: int, day: date, *, by: User) -> ToolIssue:
    """Give tools of one kind to a crew."""
    require_operator(by, crew.worksite.contract, crew.worksite.commune)
    if tool not in manual().tools or not 1 <= count <= 1_000:
        raise Refused(
            "Quel outil, et combien ?", remedy=f"Un de : {', '.join(manual().tools.values())} ; de 1 à 1 000."
        )
    made = ToolIssue.objects.create(
        worksite_id=crew.worksite_id, crew=crew, tool=tool, issued=count, issued_on=day, made_by=by
    )
    audit.record("issue_tools", "worksite", crew.worksite_id, by=by, after={"tool": tool, "count": count})
    return made


@unfenced
@transaction.atomic
def take_tools_back(issue: ToolIssue, *, returned: int = 0, broken: int = 0, lost: int = 0, by: User) -> None:
    """Say in all what became of the tools of one issue; said again, it corrects."""
    require_operator(by, issue.worksite.contract, issue.worksite.commune)
    if min(returned, broken, lost) < 0 or returned + broken + lost > issue.issued:
        raise Refused(
            f"{issue.issued} outils ont été remis : il n’en revient pas davantage", remedy="Corrigez les nombres."
        )
    before = {"returned": issue.returned, "broken": issue.broken, "lost": issue.lost}
    after = {"returned": returned, "broken": broken, "lost": lost}
    ToolIssue.objects.filter(pk=issue.pk).update(**after)
    audit.record("take_tools_back", "worksite", issue.worksite_id, by=by, before=before, after=after)
    issue.refresh_from_db()


@unfenced
@transaction.atomic
def report_accident(
    worksite: Worksite, day: date, severity: str, description: str, first_aid: str, *, worker: Worker | None = None,
    taken_to: str = "", days_lost: int = 0, by: User,
) -> WorkAccident:  # fmt: skip
    """Report an accident and the first aid that was given; where the person was taken when it was not light."""
    require_operator(by, worksite.contract, worksite.commune)
    if severity not in WorkAccident.Severity.values or not description.strip() or not first_aid.strip():
        raise Refused(
            "Un accident dit ce qui s’est passé, sa gravité et les premiers soins", remedy="Remplissez chaque ligne."
        )
    if severity != "light" and not taken_to.strip():
        raise Refused("Où la personne a-t-elle été conduite ?", remedy="Donnez le centre de santé ou l’hôpital.")
    if day > timezone.localdate():
        raise Refused("Ce jour est à venir", remedy="Donnez le jour de l’accident.")
    if worker is not None and worker.worksite_id != worksite.pk:
        raise Refused("Ce travailleur est d’un autre chantier", remedy="Choisissez un travailleur de celui-ci.")
    made = WorkAccident.objects.create(
        worksite=worksite, contract_id=worksite.contract_id, worker=worker,
        household_id=worker.household_id if worker else None, person_id=worker.person_id if worker else None,
        day=day, severity=severity, description=description.strip()[:500], first_aid=first_aid.strip()[:300],
        taken_to=taken_to.strip()[:120], days_lost=days_lost, made_by=by,
    )  # fmt: skip
    subjects = [worker.household_id] if worker else []
    audit.record("report_accident", "worksite", worksite.pk, by=by, after={"severity": severity}, subjects=subjects)
    return made


@unfenced
@transaction.atomic
def withdraw_accident(accident: WorkAccident, *, reason: str, by: User) -> None:
    """Take back a report made by mistake; it stays readable, with why."""
    require_operator(by, accident.worksite.contract, accident.worksite.commune)
    gone = {"withdrawn_at": timezone.now(), "withdrawn_why": said(reason)[:160]}
    if not WorkAccident.objects.filter(pk=accident.pk, withdrawn_at=None).update(**gone):
        raise Raced("Cette déclaration est déjà retirée", remedy="Rechargez la page.")
    audit.record("withdraw_accident", "worksite", accident.worksite_id, by=by, reason=reason)


@unfenced
@transaction.atomic
def record_progress(
    worksite: Worksite, day: date, done: int, photos: Sequence[bytes] = (), *, note: str = "", by: User
) -> WorkProgress:
    """Say what is done since the start, in the measure of the worksite, with photographs, which are made anew.

    Said again for the same day by the same person, it corrects, until somebody has confirmed it.
    """
    require_operator(by, worksite.contract, worksite.commune)
    if day > timezone.localdate() or not 0 <= done <= 10 * worksite.quantity:
        raise Refused(
            f"« {done} » ce jour-là ne se peut pas",
            why=f"Il est prévu {worksite.quantity} {worksite.get_measure_display()}.", remedy="Corrigez le relevé.",
        )  # fmt: skip
    if len(photos) > MOST_PHOTOS:
        raise Refused(f"{MOST_PHOTOS} photographies au plus", remedy="Choisissez les plus parlantes.")
    made_anew = [images.written(images.opened(one, longest=PHOTO_SIDE), "JPEG") for one in photos]
    facts = {"done": done, "note": note.strip()[:300]}
    own = WorkProgress.objects.filter(worksite=worksite, day=day, made_by=by, checked_at=None)
    if own.update(**facts):
        found = own.get()
    else:
        with explained():
            found = WorkProgress.objects.create(worksite=worksite, day=day, made_by=by, **facts)
    WorkPhoto.objects.bulk_create(
        [WorkPhoto(progress=found, sha256=sha256(one).hexdigest(), content=one, added_by=by) for one in made_anew],
        ignore_conflicts=True,
    )
    after = {"day": str(day), "done": done, "photos": len(photos)}
    audit.record("record_progress", "worksite", worksite.pk, by=by, after=after)
    return found


@unfenced
@transaction.atomic
def confirm_progress(progress: WorkProgress, *, by: User) -> None:
    """Confirm on the spot what the operator said: by a controller, who is not who said it."""
    require_check(by, progress.worksite.contract, [progress.worksite.commune])
    if progress.made_by_id == by.pk:
        raise Refused("Qui a relevé l’avancement ne le contrôle pas", remedy="Demandez à un contrôleur.")
    confirmed = {"checked_by": by, "checked_at": timezone.now()}
    if not WorkProgress.objects.filter(pk=progress.pk, checked_at=None).update(**confirmed):
        raise Raced("Ce relevé est déjà contrôlé", remedy="Rechargez la page.")
    audit.record("confirm_progress", "worksite", progress.worksite_id, by=by, after={"done": progress.done})


@unfenced
@transaction.atomic
def count_trees(worksite: Worksite, day: date, planted: int, alive: int, *, by: User) -> TreeCount:
    """Count the trees alive among those planted; asked again about 12 months after the end."""
    require_operator(by, worksite.contract, worksite.commune)
    if day > timezone.localdate() or planted < 1 or not 0 <= alive <= planted:
        raise Refused("Les arbres vivants sont de ceux qui furent plantés", remedy="Corrigez les deux nombres.")
    with explained():
        made = TreeCount.objects.create(worksite=worksite, day=day, planted=planted, alive=alive, made_by=by)
    audit.record("count_trees", "worksite", worksite.pk, by=by, after={"planted": planted, "alive": alive})
    return made


def survival_percent(worksite: Worksite) -> int | None:
    """The survival at 12 months, in whole hundredths: of the last count made 11 to 13 months after the end planned."""
    for count in worksite.tree_counts.order_by("-day"):
        if SURVIVAL_FROM_DAYS <= (count.day - worksite.ends_on).days <= SURVIVAL_TO_DAYS:
            return count.alive * 100 // count.planted
    return None


@unfenced
@transaction.atomic
def hand_over(
    worksite: Worksite, day: date, received_by: str, committee: Sequence[Mapping[str, object]], *, reserves: str = "",
    by: User,
) -> WorkHandover:  # fmt: skip
    """Give a finished work to the commune, with the committee that keeps it in repair: name, woman, office of each.

    By who decides for the programme; a progress that a controller confirmed says what is given.
    """
    require_decide(by, worksite.contract, [worksite.commune])
    if not worksite.progress.exclude(checked_at=None).exists():
        raise Refused("Aucun relevé d’avancement n’est contrôlé", remedy="Faites d’abord constater l’ouvrage.")
    if not received_by.strip() or len(committee) < 3 or not any(one.get("woman") for one in committee):
        raise Refused(
            "Un ouvrage se remet à quelqu’un, avec un comité d’entretien d’au moins trois membres, dont une femme",
            remedy="Nommez qui le reçoit et les membres du comité.",
        )
    WORKSITE.move(worksite, "hand_over", by=by)
    with explained():
        made = WorkHandover.objects.create(
            worksite=worksite,
            day=day,
            received_by=received_by.strip()[:160],
            reserves=reserves.strip()[:500],
            made_by=by,
        )
        CommitteeMember.objects.bulk_create(
            CommitteeMember(worksite=worksite, name=str(one["name"])[:120], woman=bool(one["woman"]),
                            office=str(one["office"]), since=day)
            for one in committee
        )  # fmt: skip
    return made


@unfenced
@transaction.atomic
def end_office(member: CommitteeMember, day: date, *, by: User) -> None:
    """Note the end of a member's office."""
    require_operator(by, member.worksite.contract, member.worksite.commune)
    if not CommitteeMember.objects.filter(pk=member.pk, ended_on=None).update(ended_on=day):
        raise Raced("Cette fonction est déjà finie", remedy="Rechargez la page.")
    audit.record("end_office", "worksite", member.worksite_id, by=by, after={"office": member.office})
