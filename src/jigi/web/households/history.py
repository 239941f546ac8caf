"""The life of a household in the programmes: what it receives, and what happened, latest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.models import AuditEvent
from jigi.foundation.money import format_xof
from jigi.payments.models import Entitlement, Instruction
from jigi.registry.models import Household, PastHousehold
from jigi.targeting.models import ListedHousehold, Result
from jigi.web.formats import day
from jigi.web.nouns import page_of, verb_word

_ORDER_WORDS = {
    "paid": "Versement de {amount}",
    "partial": "Versement partiel de {part}",
    "absent": "Absence au paiement",
    "refused": "Paiement refusé par l’agence",
    "unanswered": "Sans réponse de l’agence",
    "held": "Ordre retenu : l’allocataire est décédé ou parti",
    "reversed": "Paiement annulé par l’agence",
    "open": "Ordre de {amount} en attente",
}


REGISTER, PROGRAMMES, PAYMENTS = "menage", "programmes", "paiements"


@dataclass(frozen=True)
class Event:
    """Something that happened: when, what, of which kind, with a detail and the page of what it belongs to."""

    on: date
    text: str
    detail: str = ""
    good: bool = False
    url: str = ""
    kind: str = REGISTER


@dataclass(frozen=True)
class Benefit:
    """An enrolment and its money: terms planned, francs received, still due, returned to the fund."""

    enrolment: Enrolment
    received_xof: int
    payments: int
    owed_xof: int
    returned_xof: int


def benefits(household: Household) -> list[Benefit]:
    """What the household receives from each component, the present ones first."""
    rows = Entitlement.objects.filter(household=household).values("enrolment_id", "status").annotate(
        total=Sum("amount_xof"), parts=Sum("paid_xof", filter=~Q(status="paid"), default=0)
    )  # fmt: skip
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for row in rows:
        # What was received in part is received; the rest of the right is where its status says.
        sums[row["enrolment_id"], row["status"]] += row["total"] - row["parts"]
        sums[row["enrolment_id"], "paid"] += row["parts"]
    paid: dict[int, int] = defaultdict(int)
    for pk in Entitlement.objects.filter(household=household, status="paid").values_list("enrolment", flat=True):
        paid[pk] += 1
    enrolments = household.enrolments.select_related(
        "component__programme", "cohort", "agency", "recipient", "alternate"
    ).order_by("-enrolled_at")
    return [
        Benefit(
            enrolment=one,
            received_xof=sums.get((one.pk, "paid"), 0),
            payments=paid[one.pk],
            owed_xof=sums.get((one.pk, "owed"), 0),
            returned_xof=sums.get((one.pk, "returned"), 0),
        )
        for one in enrolments
    ]


def events(
    household: Household,
    changes: list[AuditEvent],
    *,
    rights: frozenset[str],
    with_targeting: bool,
    with_payments: bool,
) -> list[Event]:
    """All that happened, latest first.

    `rights` decide which events lead to a page; `with_targeting`, `with_payments`: the person may see these here.
    """
    happened = [_registered(household, rights)]
    if with_targeting:
        happened += _targeting(household, rights)
    happened += _enrolments(household)
    if with_payments:
        happened += _payments(household, rights)
    happened += [
        Event(
            timezone.localdate(one.at),
            verb_word(one.verb).capitalize(),
            f"{one.by or 'système'} · {one.reason}",
        )
        for one in reversed(changes)
    ]
    happened.reverse()  # what was gathered last happened last, within a day too
    return sorted(happened, key=lambda event: event.on, reverse=True)


def _registered(household: Household, rights: frozenset[str]) -> Event:
    """The registration, as the household's first form says it: its page may speak of a later visit."""
    past = PastHousehold._default_manager.filter(id=household.pk).order_by("recorded_at").first()
    first: Any = past or household
    return Event(
        timezone.localdate(household.registered_at),
        "Enregistrement au registre",
        f"fiche {first.source_key} du {day(first.collected_on)} · {first.source}",
        url=page_of("intake.batch", first.batch_id, rights),
    )


def _targeting(household: Household, rights: frozenset[str]) -> list[Event]:
    found = []
    for listed in ListedHousehold.objects.filter(household=household).select_related("targeting_round"):
        campaign = listed.targeting_round
        found.append(
            Event(
                timezone.localdate(campaign.made_at),
                f"Liste communautaire, rang {listed.rank}",
                f"{campaign.name} · {listed.file_name}, ligne {listed.line}",
                url=page_of("targeting_round", campaign.pk, rights),
                kind=PROGRAMMES,
            )
        )
    results = Result.objects.filter(household=household, targeting_round__frozen_at__isnull=False)
    for result in results.select_related("targeting_round"):
        campaign = result.targeting_round
        assert campaign.frozen_at
        word = "Retenu par le ciblage" if result.selected else "Non retenu par le ciblage"
        found.append(
            Event(timezone.localdate(campaign.frozen_at), word, campaign.name, result.selected,
                  page_of("targeting_round", campaign.pk, rights), PROGRAMMES)
        )  # fmt: skip
    return found


def _enrolments(household: Household) -> list[Event]:
    found = []
    for one in household.enrolments.select_related("component", "cohort"):
        detail = f"{one.component} · {one.cohort}"
        found.append(
            Event(timezone.localdate(one.enrolled_at), "Inscription au programme", detail, True, kind=PROGRAMMES)
        )
        if one.exited_at:
            found.append(
                Event(
                    timezone.localdate(one.exited_at),
                    "Sortie du programme",
                    f"{one.component} · {one.exit_reason}",
                    kind=PROGRAMMES,
                )
            )
    return found


def _payments(household: Household, rights: frozenset[str]) -> list[Event]:
    orders = Instruction.objects.filter(household=household, payment_round__released_at__isnull=False)
    found = []
    for order in orders.select_related("payment_round", "agency"):
        released = order.payment_round.released_at
        assert released
        what = _ORDER_WORDS[order.status].format(amount=format_xof(order.amount_xof), part=format_xof(order.paid_xof))
        found.append(
            Event(
                order.settled_on or timezone.localdate(released),
                f"{what} (rappel)" if order.kind == "arrears" else what,
                f"{order.payment_round} · {order.agency} · {order.pay_point}",
                good=order.status == "paid",
                url=page_of("payment_round", order.payment_round_id, rights),
                kind=PAYMENTS,
            )
        )
    return found
