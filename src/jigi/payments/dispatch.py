"""Giving the orders of a released round to an agency by machine: start, release, pause, resume, retry, withdraw, run.

`start` stores the groups; the worker deposits them, and nothing is executed. `release` is another person's, with the
right to release rounds: only then does the agency pay. What the agency says is asked until it is proven.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Min
from django.db.models.functions import Now
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.payments import approvals, queries
from jigi.payments.adapters.conversation import Conversation
from jigi.payments.channels import channel_of, conversation
from jigi.payments.dispatch_engine import Settings, run_pass
from jigi.payments.dispatch_models import Attempt, Dispatch, Group
from jigi.payments.dispatch_settle import settle_answers
from jigi.payments.dispatch_store import TableStore
from jigi.payments.models import OrderFile, PaymentRound, SitePlan
from jigi.payments.returns import require_reconciler
from jigi.payments.states import DISPATCH
from jigi.programmes.models import Agency

ENDED = (Group.Status.DONE, Group.Status.WITHDRAWN)
GRACE_S = 30.0
"""How long after its connection a request may still reach the agency: no « unknown » is believed before."""

LOCK = 0x64697370
"""« disp »: with the number of a dispatch, the advisory lock of the one engine that runs it."""


@unfenced
def start(payment_round: PaymentRound, agency: Agency, *, by: User) -> Dispatch:
    """Store the open orders of a released round for an agency, in groups; the worker deposits them.

    Orders without an account are counted and stay for a file. Raises Refused when the round is not released, when the
    agency has no channel or no order, or when this was begun before.
    """
    require_reconciler(by, agency)
    if payment_round.status != "released":
        raise Refused(
            "Les ordres partent après la libération du tour",
            remedy=f"Ce tour est « {payment_round.get_status_display()} ».",
        )
    channel = channel_of(agency)
    try:
        with transaction.atomic():
            # Held against who writes the file of the same orders.
            PaymentRound.objects.select_for_update(no_key=True).get(pk=payment_round.pk)
            _refuse_sent_by_file(payment_round, agency)
            made = Dispatch.objects.create(payment_round=payment_round, agency=agency, started_by=by)
            facts = {"dispatch": made.pk, "round": payment_round.pk, "agency": agency.pk, "size": channel.group_size}
            run_sql("payments", "dispatch_groups", facts)
            run_sql("payments", "dispatch_attempts", facts)
            run_sql("payments", "dispatch_count", facts)
            made.refresh_from_db()
            if made.orders == 0:
                raise Refused(
                    f"Aucun ordre de ce tour n’attend {agency} avec un compte",
                    remedy="Voyez les lignes du tour : ce qui est sans compte part par fichier.",
                )
            told = {"agency": agency.code, "orders": made.orders, "amount_xof": made.amount_xof}
            audit.record("start", DISPATCH.noun, made.pk, by=by, after=told)
    except IntegrityError as error:
        if "de sa main" in str(error):  # dispatch_of_orders_not_taken (sql/agency_desk.sql)
            raise Refused(
                f"{agency} a accepté ces ordres de sa main", remedy="Attendez ses résultats.",
                why="Envoyés aussi par machine, ils seraient payés deux fois.",
            ) from error  # fmt: skip
        if "dispatch_once" not in str(error):
            raise
        raise Refused(
            f"Les ordres de ce tour ont déjà été donnés à {agency}", why="Un ordre n’est envoyé que sous un envoi.",
            remedy="Suivez l’envoi qui existe.",
        ) from error  # fmt: skip
    return made


def _refuse_sent_by_file(payment_round: PaymentRound, agency: Agency) -> None:
    if OrderFile.objects.filter(payment_round=payment_round, agency=agency).exists():
        raise Refused(
            f"Les ordres de ce tour sont déjà partis par fichier à {agency}",
            why="Le même ordre envoyé par deux voies serait payé deux fois.",
            remedy="Prenez ses retours par fichier ; l’échéance suivante peut partir par machine.",
        )
    if SitePlan.objects.filter(payment_round=payment_round, agency=agency).exists():
        raise Refused(
            f"Les ordres de ce tour se paient de la main de {agency}, sur ses sites",
            why="Le même ordre envoyé par deux voies serait payé deux fois.",
            remedy="Retirez le plan des sites tant que rien n’y est payé, ou laissez-les s’y payer.",
        )


def _refuse_taken(dispatch: Dispatch) -> None:
    if taken := fetch_sql("payments", "dispatch_taken", {"dispatch": dispatch.pk})[0]["orders"]:
        raise Refused(
            f"{taken} ordre(s) déposé(s) chez {dispatch.agency} ont été réglés autrement depuis",
            why="Les libérer les ferait payer deux fois.",
            remedy="Retirez l’envoi : ce qui n’est pas réglé sera dû à l’échéance suivante.",
        )


@unfenced
def release(dispatch: Dispatch, *, by: User) -> Dispatch:
    """Let the agency execute what was deposited: from here money moves. Another hand than the one that began it."""
    _require(dispatch, by, "payments.release")
    _refuse_hands(dispatch, by)
    _refuse_taken(dispatch)
    signed = {"released_by": by, "released_at": timezone.now()}
    _sign(dispatch, "release", by, signed, {"released_by": None, "withdrawn_by": None})
    return dispatch


@unfenced
def withdraw(dispatch: Dispatch, *, by: User, reason: str) -> Dispatch:
    """Give up a dispatch that was not released: its orders are refused, and owed at the next term."""
    require_reconciler(by, dispatch.agency)
    if not reason.strip():
        raise Refused("Un retrait se motive", remedy="Écrivez le motif du retrait.")
    signed = {"withdrawn_by": by, "withdrawn_at": timezone.now()}
    _sign(dispatch, "withdraw", by, signed, {"released_by": None, "withdrawn_by": None}, reason)
    return dispatch


@unfenced
def pause(dispatch: Dispatch, *, by: User) -> Dispatch:
    """Nothing more leaves until `resume`; what was released before is executed by the agency all the same."""
    require_reconciler(by, dispatch.agency)
    DISPATCH.move(dispatch, "pause", by=by)
    return dispatch


@unfenced
def resume(dispatch: Dispatch, *, by: User) -> Dispatch:
    """Go on where it stood."""
    require_reconciler(by, dispatch.agency)
    DISPATCH.move(dispatch, "resume", by=by)
    return dispatch


@unfenced
def retry(dispatch: Dispatch, *, by: User) -> int:
    """Do now what waits for its hour: questions first, never a second sending of what may have arrived."""
    require_reconciler(by, dispatch.agency)
    with transaction.atomic():
        # Within the delay of a request that left, a question would be answered too early.
        waiting = dispatch.groups.exclude(status__in=(*ENDED, Group.Status.LEAVING))
        count = waiting.update(next_at=Now(), asked=0)
        audit.record("retry", DISPATCH.noun, dispatch.pk, by=by, after={"groups": count})
    return count


@unfenced
def decide(attempt: Attempt, status: str, *, by: User, reason: str) -> None:
    """Say, on the written word of the agency, whether a payment « à vérifier » was executed or rejected.

    For who may release rounds and did not begin the dispatch. Asking goes on until then, and a proof that comes first
    is kept: Refused for a payment that is proven already.
    """
    one = attempt.group.dispatch
    _require(one, by, "payments.release")
    _refuse_hands(one, by)
    if status not in ("executed", "rejected") or not reason.strip():
        raise Refused(
            "Une décision dit « exécuté » ou « rejeté », et pourquoi",
            remedy="Écrivez la lettre de l’agence qui le prouve, et sa date.",
        )
    with transaction.atomic():
        waiting = Attempt.objects.filter(pk=attempt.pk, status="to_verify")
        if not waiting.update(status=status, reason="DECIDE", happened_on=timezone.localdate()):
            raise Refused("Ce paiement n’est pas à vérifier", remedy="Rechargez la page.")
        told = {"reference": attempt.tx_id, "status": status}
        audit.record("decide", "attempt", attempt.pk, by=by, reason=reason, before={"status": "to_verify"}, after=told)
        # The group looks again, and ends when this was its last.
        Group.objects.filter(pk=attempt.group_id).update(next_at=Now(), asked=0)


def run(
    dispatch: Dispatch, *, seconds: float = 45.0, talk: Conversation | None = None, grace_s: float = GRACE_S,
    line: Callable[[str], None] = lambda _: None,
) -> float | None:  # fmt: skip
    """Speak with the agency for so long; returns the seconds until something is due, None when nothing will be.

    One engine at a time runs a dispatch: the second leaves at once. Killed anywhere, the next one goes on.
    """
    ends = time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, dispatch.pk])
        if not cursor.fetchone()[0]:
            return 60.0
    try:
        channel = channel_of(dispatch.agency)
        spoken = talk or conversation(channel)
        store = TableStore(dispatch.pk, grace_s=grace_s, line=line)
        settings = Settings(width=channel.width, grace_s=grace_s, label=f"Tour {dispatch.payment_round_id}")
        with ThreadPoolExecutor(channel.width) as pool:
            while time.monotonic() < ends and run_pass(store, spoken, pool, settings):
                line("passed")
        while settle_answers(dispatch):
            line("settled")
        return _next(dispatch)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, dispatch.pk])


@unfenced
def figures(dispatch: Dispatch) -> dict[str, Any]:
    """Orders and francs of a dispatch by what is known of them, with nothing left out: they add up to its orders."""
    found = {state: {"orders": 0, "amount_xof": 0} for state in STATES}
    settled = returned = 0
    for row in fetch_sql("payments", "dispatch_figures", {"dispatch": dispatch.pk}):
        found[row["state"]] = {"orders": row["orders"], "amount_xof": row["amount_xof"]}
        settled, returned = settled + row["settled"], returned + row["returned"]
    return {"states": found, "settled": settled, "returned": returned}


STATES = {
    "waiting": "à envoyer", "deposited": "déposés", "sent": "libérés", "executed": "exécutés", "rejected": "rejetés",
    "to_verify": "à vérifier",
}  # fmt: skip


@unfenced
def _next(dispatch: Dispatch) -> float | None:
    """Seconds until the next group is due; ends the dispatch when none will be."""
    dispatch.refresh_from_db()
    if dispatch.status != "running":
        return None
    left = dispatch.groups.exclude(status__in=ENDED)
    soonest = left.aggregate(soonest=Min("next_at"))["soonest"]
    if soonest is None:
        if dispatch.groups.exists():
            DISPATCH.move(dispatch, "finish", by=None)
        return None
    return max((soonest - timezone.now()).total_seconds(), 0.0)


def _require(dispatch: Dispatch, by: User, right: str) -> None:
    communes = Area.objects.filter(pk__in=dispatch.payment_round.communes.values("commune"))
    require(by, right, areas=communes, programme=dispatch.payment_round.component.programme.code)


def why_not_release(dispatch: Dispatch, by: User) -> str:
    """Why this person can't release a dispatch; empty when their hands are free of it."""
    shown = dispatch.payment_round
    if by.pk == dispatch.started_by_id:
        return "Vous avez commencé cet envoi : une autre personne doit le libérer."
    if by.pk in (shown.made_by_id, shown.frozen_by_id, shown.approved_by_id) or approvals.has_approved(shown, by):
        return "Vous avez préparé ou approuvé ce tour : une autre personne doit libérer son envoi."
    if queries.enrolled_by(shown, by):
        return "Vous avez inscrit des ménages de ce tour : une autre personne doit libérer son envoi."
    return ""


def _refuse_hands(dispatch: Dispatch, by: User) -> None:
    if reason := why_not_release(dispatch, by):
        raise Refused(reason, why="Préparer, envoyer et libérer sont des mains différentes.")


def _sign(
    dispatch: Dispatch, verb: str, by: User, signed: dict[str, Any], expected: dict[str, Any], reason: str = ""
) -> None:
    """Write who decided, once, and have every group look at it now."""
    with transaction.atomic():
        if not Dispatch.objects.filter(pk=dispatch.pk, **expected).exclude(status="done").update(**signed):
            raise Refused("Cet envoi est déjà libéré, retiré ou terminé", remedy="Rechargez la page.")
        dispatch.groups.filter(status__in=(Group.Status.STORED, Group.Status.SENT, Group.Status.READY)).update(
            next_at=Now()
        )
        audit.record(verb, DISPATCH.noun, dispatch.pk, by=by, reason=reason, after={"orders": dispatch.orders})
    dispatch.refresh_from_db()
