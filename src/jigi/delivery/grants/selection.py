"""The selection of a call: ranked by the rules, proposed by one person, decided by another, then enrolled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_decide, require_plan
from jigi.delivery.grants.actions import PACKAGE, not_future, said
from jigi.delivery.grants.grant_models import Grant
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.delivery.grants.rules import Candidate, Placed, SelectionTerms, rank, seats
from jigi.delivery.grants.selection_models import GrantSelection
from jigi.delivery.grants.states import APPLICATION, CALL, SELECTION
from jigi.enrolment.actions import enrol_recipients
from jigi.enrolment.models import Cohort, Enrolment
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area


@unfenced
def preview(call: GrantCall, *, by: User) -> list[Placed]:
    """The ranking as the scores of now make it; nothing is written."""
    require_plan(by, call.contract, communes_of(call))
    return rank(_candidates(call), _terms(call))


@unfenced
@transaction.atomic
def propose(call: GrantCall, *, held_on: date, place: str, minutes: str = "", by: User) -> GrantSelection:
    """Rank the applications of a closed call and propose the result, with where and when the committee sat.

    Raises Refused when nobody can be selected, or when a selection of the call waits or was decided.
    """
    require_plan(by, call.contract, communes_of(call))
    current = GrantCall.objects.select_for_update(no_key=True).get(pk=call.pk)
    if current.status != "closed":
        raise Refused(
            "On sélectionne une fois les candidatures closes", why=f"L’appel est « {current.get_status_display()} »."
        )
    not_future(held_on, "La réunion du comité")
    if not place.strip():
        raise Refused("Où le comité s’est-il réuni ?")
    candidates, terms = _candidates(current), _terms(current)
    placed = rank(candidates, terms)
    if not any(one.verdict == "selected" for one in placed):
        raise Refused("Aucune candidature ne peut être retenue", remedy="Voyez les notes et les formations.")
    return _proposed(current, candidates, terms, placed, held_on=held_on, place=place, minutes=minutes, by=by)


def _proposed(
    call: GrantCall, candidates: list[Candidate], terms: SelectionTerms, placed: list[Placed], *, by: User, **told: Any
) -> GrantSelection:
    facts = json.dumps([asdict(terms), [asdict(one) for one in candidates]], sort_keys=True)
    try:
        with transaction.atomic():
            made = GrantSelection.objects.create(
                call=call, contract_id=call.contract_id, seats=terms.seats, proposed_by=by,
                method=hashlib.sha256(facts.encode()).hexdigest(), **told,
            )  # fmt: skip
    except IntegrityError as error:
        raise Raced("Une sélection de cet appel attend déjà, ou elle est décidée", remedy="Ouvrez-la.") from error
    names = ("application", "verdict", "rank", "score_milli", "tied_by")
    columns = {f"{name}s": [getattr(one, name) for one in placed] for name in names}
    # Not COPY: PostgreSQL refuses it on a fenced table.
    run_sql(PACKAGE, "grants_rank", {"selection": made.pk, "contract": call.contract_id, **columns})
    after = {"call": call.code, "ranked": len(placed), "seats": terms.seats, "method": made.method}
    audit.record("propose", SELECTION.noun, made.pk, by=by, after=after)
    return made


@unfenced
@transaction.atomic
def decide(selection: GrantSelection, *, by: User) -> None:
    """Decide a selection, as another person than who proposed it: applications are kept, wait, or are not kept."""
    call = selection.call
    require_decide(by, call.contract, communes_of(call))
    _other_hand(selection, by)
    if gone := selection.ranked.filter(verdict="selected").exclude(application__status="submitted").count():
        raise Refused(
            f"{gone} candidatures retenues ont été retirées depuis", remedy="Rejetez cette sélection, et refaites-la."
        )
    SELECTION.move(selection, "decide", by=by, decided_by=by, decided_at=timezone.now())
    run_sql(PACKAGE, "grants_decided", {"selection": selection.pk})
    CALL.move(call, "decide", by=by)


@unfenced
@transaction.atomic
def reject(selection: GrantSelection, *, reason: str, by: User) -> None:
    """Refuse a proposal, with its reason: the committee may score again."""
    require_decide(by, selection.call.contract, communes_of(selection.call))
    _other_hand(selection, by)
    told = said(reason)
    SELECTION.move(selection, "reject", by=by, reason=told, why=told, decided_by=by, decided_at=timezone.now())


@unfenced
@transaction.atomic
def promote(selection: GrantSelection, *, by: User) -> list[GrantApplication]:
    """Give the seats that withdrawals left free to the first of the waiting list, in their order; returns them."""
    call = selection.call
    require_decide(by, call.contract, communes_of(call))
    if selection.status != "decided":
        raise Refused("La sélection n’est pas décidée")
    GrantCall.objects.select_for_update(no_key=True).get(pk=call.pk)
    free = selection.seats - call.applications.filter(status="selected").count()
    waiting = call.applications.filter(status="waiting", places__selection=selection).order_by("places__rank")
    chosen = list(waiting[: max(free, 0)])
    if not chosen:
        raise Refused("Aucune place n’est libre, ou personne n’attend")
    for one in chosen:
        APPLICATION.move(one, "select", by=by, subjects=[one.household_id])
    return chosen


@unfenced
@transaction.atomic
def enrol(call: GrantCall, *, cohort: str, first_term: int = 1, by: User) -> Cohort:
    """Enrol the households of the selected applications and give them their grants, whoever applied receiving.

    In a fixed number of statements. Raises Refused without the right to enrol, when all are enrolled, or when an
    applicant is no longer a present member of the household (their applications are named).
    """
    selected = call.applications.filter(status="selected", grant=None)
    chosen = dict(selected.values_list("household", "applicant"))
    if not chosen:
        raise Refused("Aucune candidature retenue n’attend son inscription")
    made = enrol_recipients(call.component, chosen, cohort_name=cohort, first_term=first_term, by=by)
    _check_recipients(call, made)
    run_sql(PACKAGE, "grants_give", {"call": call.pk, "cohort": made.pk})
    grants = Grant.objects.filter(enrolment__cohort=made).count()
    audit.record("enrol", CALL.noun, call.pk, by=by, after={"cohort": made.pk, "grants": grants})
    return made


def communes_of(call: GrantCall) -> list[Area]:
    """The communes of a call."""
    return [one.commune for one in call.communes.select_related("commune")]


def _check_recipients(call: GrantCall, cohort: Cohort) -> None:
    wanted = dict(call.applications.filter(status="selected", grant=None).values_list("household", "applicant"))
    found = Enrolment.objects.filter(cohort=cohort).values_list("household", "recipient")
    if wrong := [household for household, recipient in found if wanted[household] != recipient]:
        shown = call.applications.filter(household__in=wrong, status="selected").select_related("call")
        names = ", ".join(one.shown for one in shown[:10])
        raise Refused(
            f"Le porteur de {len(wrong)} candidatures n’est plus un membre présent de son ménage : {names}",
            remedy="Corrigez le porteur de chacune, puis recommencez : rien n’a été inscrit.",
        )


def _other_hand(selection: GrantSelection, by: User) -> None:
    if selection.proposed_by_id == by.pk:
        raise Refused("Vous avez proposé cette sélection", remedy="Une autre personne la décide.")


def _candidates(call: GrantCall) -> list[Candidate]:
    rows = fetch_sql(PACKAGE, "grants_candidates", {"call": call.pk})
    return [Candidate(**row | {"points": json.loads(row["points"])}) for row in rows]


def _terms(call: GrantCall) -> SelectionTerms:
    most = sum(call.criteria.values_list("most_points", flat=True))
    places = seats(call.places, call.budget_xof, call.grant_xof)
    return SelectionTerms(call.pass_percent, most, call.least_members, call.training_days, tuple(call.ties), places)
