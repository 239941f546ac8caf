"""What waits for a person: one small function a subject, all listed in SOURCES. The frame counts the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from jigi.foundation import audit, seals
from jigi.foundation.models import User
from jigi.geography.access import organisations_with, postings_with
from jigi.intake import queries as intake
from jigi.intake.models import Batch, Problem
from jigi.monitoring import queries as monitoring
from jigi.monitoring.actions import RIGHT
from jigi.payments import queries as payments
from jigi.registry.models import Household
from jigi.targeting.models import TargetingRound
from jigi.web.formats import counted
from jigi.web.reader import rights_of, user_of

MOST_OF_A_KIND = 50


@dataclass(frozen=True)
class Need:
    """Something to do: a sentence, the page where it is done, since when, and the journey it belongs to."""

    title: str
    detail: str
    url: str
    since: datetime | None
    journey: str
    word: str = "à faire"
    tone: str = "wait"


Source = Callable[[User, frozenset[str]], list[Need]]


def needs_of(request: HttpRequest) -> list[Need]:
    """All that waits for the person who reads, by subject; read once a request."""
    found: list[Need] | None = getattr(request, "needs_read", None)
    if found is None:
        user, rights = user_of(request), rights_of(request)
        found = [need for source in SOURCES for need in source(user, rights)]
        request.needs_read = found  # type: ignore[attr-defined]
    return found


def rounds_awaiting(user: User, rights: frozenset[str]) -> list[Need]:
    """Payment rounds that wait for an act this person may do."""
    if not rights & {"payments.prepare", "payments.approve", "payments.release", "payments.reconcile"}:
        return []
    needs = []
    for verb, rounds in payments.awaiting(user).items():
        word, since_field = _ROUND_WORDS[verb]
        for waiting in rounds[:MOST_OF_A_KIND]:
            needs.append(
                Need(
                    title=waiting.label,
                    detail=f"{waiting.component.programme.name} · {waiting.component.name}",
                    url=f"/paiements/{waiting.pk}/",
                    since=getattr(waiting, since_field),
                    journey="/paiements/",
                    word=word,
                )
            )
    return needs


_ROUND_WORDS = {
    "prepare": ("à préparer", "made_at"),
    "freeze": ("à geler", "prepared_at"),
    "approve": ("à approuver", "frozen_at"),
    "release": ("à libérer", "approved_at"),
    "reconcile": ("à rapprocher", "released_at"),
    "close": ("à clore", "released_at"),
}


def campaigns_to_freeze(user: User, rights: frozenset[str]) -> list[Need]:
    """Targeting rounds that are ranked and wait to be frozen."""
    if "targeting.run" not in rights:
        return []
    ranked = TargetingRound.objects.filter(status=TargetingRound.Status.RANKED).order_by("made_at")
    programmes = {posting.programme_code for posting in postings_with(user, "targeting.run")}
    if "" not in programmes:
        ranked = ranked.filter(programme_code__in=programmes)
    return [
        Need(
            title=campaign.name,
            detail="Campagne de ciblage classée : relisez la liste, puis gelez-la.",
            url=f"/ciblage/{campaign.pk}/",
            since=campaign.made_at,
            journey="/ciblage/",
            word="à geler",
        )
        for campaign in ranked[:MOST_OF_A_KIND]
    ]


def batches_to_correct(user: User, rights: frozenset[str]) -> list[Need]:
    """Imports with interviews held back that have not come in since, corrected, from the same source."""
    if "intake.import" not in rights:
        return []
    came_since = Household.objects.filter(source=OuterRef("batch__source"), source_key=OuterRef("key"))
    held = Problem.objects.filter(batch=OuterRef("pk"), severity=Problem.Severity.ERROR).exclude(Exists(came_since))
    batches = intake.visible_to(user).filter(
        Exists(held), status__in=(Batch.Status.MERGED, Batch.Status.REFUSED), households_held__gt=0
    )
    return [
        Need(
            title=f"Import de {batch.file_name}",
            detail=f"{counted(batch.households_held, 'fiche retenue', 'fiches retenues')} : "
            "corrigez le fichier et importez-le de nouveau.",
            url=f"/imports/{batch.pk}/",
            since=batch.made_at,
            journey="/imports/",
            word="à corriger",
        )
        for batch in batches.order_by("-made_at")[:MOST_OF_A_KIND]
    ]


def exceptions_to_decide(user: User, rights: frozenset[str]) -> list[Need]:
    """Lines of agencies' returns that the reconciliation could not follow."""
    if "payments.reconcile" not in rights:
        return []
    waiting = payments.exceptions(user).order_by("id")
    count = waiting.count()
    if not count:
        return []
    return [
        Need(
            title="Retours des agences",
            detail=counted(count, "ligne attend une décision", "lignes attendent une décision"),
            url="/paiements/retours/exceptions/",
            since=waiting[0].return_file.made_at,
            journey="/paiements/",
            word="à décider",
        )
    ]


def alerts_to_look_into(user: User, rights: frozenset[str]) -> list[Need]:
    """Alerts that nobody has taken yet."""
    if RIGHT not in rights:
        return []
    waiting = monitoring.waiting(user).order_by("first_seen")
    count = waiting.count()
    if not count:
        return []
    return [
        Need(
            title="Alertes",
            detail=counted(
                count, "alerte attend qu’on la prenne en main", "alertes attendent qu’on les prenne en main"
            ),
            url="/alertes/?etat=open",
            since=waiting[0].first_seen,
            journey="/alertes/",
            word="à regarder",
            tone="bad",
        )
    ]


def audit_to_prove(user: User, rights: frozenset[str]) -> list[Need]:
    """The chain of the audit: broken at the last verification, or no longer sealed."""
    if "audit.see" not in rights:
        return []
    proved, since = audit.last_proof(), seals.waiting_since()
    needs = []
    if proved and not proved[1]:
        needs.append(("La trace n’est plus telle qu’elle a été écrite", "à vérifier", proved[0], "jigi audit verify"))
    if since and timezone.now() - since > LATE_SEAL:
        needs.append(("La trace n’est plus scellée", "à réparer", since, "jigi audit seal"))
    return [
        Need(title, f"L’exploitant lance « {command} » et suit ce qui est dit.", "/audit/", at, "/audit/", word, "bad")
        for title, word, at, command in needs
    ]


LATE_SEAL = timedelta(minutes=30)


def orders_to_take(user: User, rights: frozenset[str]) -> list[Need]:
    """Released rounds whose orders the person's agency has to take."""
    if "payments.agency" not in rights:
        return []
    codes = organisations_with(user, "payments.agency")
    return [
        Need(
            title=waiting.label,
            detail=f"{waiting.component.programme.name} · {waiting.component.name}",
            url=f"/paiements/{waiting.pk}/ordres/",
            since=waiting.released_at,
            journey="/aujourdhui/",
            word="ordres à prendre",
        )
        for waiting in payments.rounds_of_agencies(codes)[:MOST_OF_A_KIND]
    ]


SOURCES: tuple[Source, ...] = (
    rounds_awaiting,
    exceptions_to_decide,
    campaigns_to_freeze,
    batches_to_correct,
    alerts_to_look_into,
    audit_to_prove,
    orders_to_take,
)
