"""What a household says against what was withheld, and the answer: a person who had no hand in it decides."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.delivery.contracts.access import may, require_decide
from jigi.delivery.sessions.models import ConditionAppeal, ConditionFinding
from jigi.delivery.sessions.states import APPEAL
from jigi.delivery.withholding.models import Withholding
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User

RECEIVE = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide")


@unfenced
@transaction.atomic
def receive(finding: ConditionFinding, said: str, *, said_on: date, by: User) -> ConditionAppeal:
    """Take an appeal down, in the household's words, by anybody who follows sessions in its commune.

    Refused before a decision, after the days that the condition gives, and while another one waits.
    """
    _require_here(by, finding)
    words = " ".join(said.split())[:500]
    if len(words) < 3:
        raise Refused("Que dit le ménage ?", remedy="Écrivez ses mots, en une phrase ou deux.")
    withholding = finding.withholding
    if withholding is None or withholding.lifted_at:
        raise Refused("Rien n’est retenu à ce ménage", remedy="Un recours porte sur une retenue décidée.")
    _check_day(finding, said_on)
    try:
        with transaction.atomic():
            made = ConditionAppeal.objects.create(
                finding=finding, component=finding.component, commune=finding.commune, household=finding.household,
                said=words, said_on=said_on, received_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "condition_appeal_one_waiting" not in str(error):
            raise
        raise Refused("Un recours de ce ménage attend déjà", remedy="Ouvrez-le.") from None
    audit.record("receive", APPEAL.noun, made.pk, by=by, subjects=[finding.household_id])
    return made


@unfenced
@transaction.atomic
def answer(appeal: ConditionAppeal, *, upheld: bool, reason: str, by: User) -> None:
    """Decide of an appeal: upheld, its withholding is lifted and payments pay the whole term.

    Refused to who took it down, and to who proposed what it complains of.
    """
    finding = appeal.finding
    require_decide(by, finding.component, [finding.commune])
    if by.pk in (appeal.received_by_id, finding.review.made_by_id, finding.review.decided_by_id):
        raise Refused(
            "Vous avez reçu ce recours, ou proposé ou décidé la retenue",
            remedy="Une personne qui n’y a pas eu part en décide.",
        )
    why = " ".join(reason.split())[:300]
    if len(why) < 3:
        raise Refused("Que répond-on au ménage ?", remedy="Écrivez la réponse : elle lui est dite.")
    verb = "uphold" if upheld else "reject"
    APPEAL.move(
        appeal, verb, by=by, reason=why, subjects=[appeal.household_id], decided_by=by, decided_at=timezone.now(),
        decided_why=why,
    )  # fmt: skip
    if upheld:
        assert finding.withholding_id is not None, "an appeal is about a withholding"
        live = Withholding.objects.filter(pk=finding.withholding_id, lifted_at=None)
        live.update(lifted_by=by, lifted_at=timezone.now(), lifted_why=f"Recours accepté : {why}"[:300])


def last_day(finding: ConditionFinding) -> date:
    """Until when a household may appeal: so many days after it was told, or after the decision when nobody told it."""
    told = finding.told_at or finding.review.decided_at or timezone.now()
    return timezone.localdate(told) + timedelta(days=finding.review.condition.appeal_days)


def findings_visible_to(user: User) -> QuerySet[ConditionFinding]:
    """The findings of the components and communes in a person's scope: the fence says which."""
    found = ConditionFinding.objects.filter(review__component__in=_followed(user))
    return found.select_related(
        "review__condition__paid__programme", "household__village", "commune", "withholding", "component__programme"
    )


def appeals_visible_to(user: User) -> QuerySet[ConditionAppeal]:
    """The same, for appeals."""
    found = ConditionAppeal.objects.filter(component__in=_followed(user))
    return found.select_related("finding__review__condition", "household", "commune", "received_by", "decided_by")


def _followed(user: User) -> list[int]:
    from jigi.delivery.sessions.models import ConditionReview
    from jigi.delivery.sessions.queries import RIGHTS
    from jigi.geography.access import can

    reviews = ConditionReview.objects.select_related("component__programme").distinct("component")
    return [
        one.component_id
        for one in reviews.order_by("component")
        if any(can(user, right, programme=one.component.programme.code) for right in RIGHTS)
    ]


def _require_here(by: User, finding: ConditionFinding) -> None:
    if not any(may(by, right, finding.component, [finding.commune]) for right in RECEIVE):
        raise Refused("Ce ménage n’est pas de votre affectation", remedy="Envoyez-le à qui suit sa commune.")


def _check_day(finding: ConditionFinding, said_on: date) -> None:
    decided = finding.review.decided_at
    if said_on > timezone.localdate() or (decided and said_on < timezone.localdate(decided)):
        raise Refused("Ce jour ne va pas", remedy="Un recours est dit après la décision, et au plus tard aujourd’hui.")
    if said_on > last_day(finding):
        raise Refused(
            f"Le délai est passé : c’était jusqu’au {last_day(finding):%d/%m/%Y}",
            remedy="Le ménage peut encore déposer une réclamation.",
        )
