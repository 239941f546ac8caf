"""What a household's place in a difference rests on: the act on its enrolment, or the change request, with its link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.html import format_html

from jigi.changes.models import ChangeRequest
from jigi.changes.states import APPLIED
from jigi.enrolment.states import ENROLMENT
from jigi.foundation.models import AuditEvent
from jigi.payments.models import PaymentRound, RoundChange
from jigi.registry.models import Household
from jigi.web.formats import short_day
from jigi.web.nouns import verb_word

ACTS = ("enrol", "suspend", "resume", "exit", "change_recipient", "transfer")


def changed_by(change: RoundChange, households: QuerySet[Household]) -> QuerySet[Household]:
    """Add to each household the last act on its enrolment and the last request applied, since the list before."""
    since, until = _between(change.payment_round)
    acts = AuditEvent.objects.filter(
        since(when="at"), until(when="at"), noun=ENROLMENT.noun, verb__in=ACTS,
        object_id=Cast(OuterRef("enrolment_number"), CharField()),
    ).order_by("-id")  # fmt: skip
    asked = ChangeRequest.objects.filter(
        since(when="checked_at"), until(when="checked_at"), household=OuterRef("pk"), status__in=APPLIED
    ).order_by("-pk")
    return households.annotate(
        act_verb=Subquery(acts.values("verb")[:1]),
        act_at=Subquery(acts.values("at")[:1]),
        act_request=Subquery(asked.values("pk")[:1]),
    )


def said_of(household: Any) -> str:
    """« suspendre, 12/03/2015 · demande 14 »; "" when nothing was decided since the last list."""
    parts = []
    if household.act_verb:
        parts.append(f"{verb_word(household.act_verb, ENROLMENT.noun)}, {short_day(household.act_at)}")
    if household.act_request:
        parts.append(f"demande {household.act_request}")
    return " · ".join(parts)


def act_cell(opens: bool) -> Callable[[Any], str]:
    """The act as a link to the enrolment, and to the request of change when there is one."""

    def cell(household: Any) -> str:
        if not household.enrolment_number:
            return ""
        page = reverse("enrolment", args=[household.enrolment_number])
        said = verb_word(household.act_verb, ENROLMENT.noun) if household.act_verb else "inscription"
        day = f" {short_day(household.act_at)}" if household.act_at else ""
        link = format_html('<a href="{}">{}{}</a>', page, said, day)
        if not household.act_request:
            return link
        request = reverse("change", args=[household.act_request])
        return format_html('{} · <a href="{}">demande {}</a>', link, request, household.act_request)

    return cell if opens else said_of


def _between(shown: PaymentRound) -> tuple[Callable[..., Q], Callable[..., Q]]:
    """From the moment when the last list was prepared to the moment when this one was."""
    first = shown.previous.prepared_at if shown.previous else None

    def since(*, when: str) -> Q:
        return Q(**{f"{when}__gt": first}) if first else Q()

    def until(*, when: str) -> Q:
        return Q(**{f"{when}__lte": shown.prepared_at}) if shown.prepared_at else Q()

    return since, until
