"""The life of a payment round: open, prepare, freeze, approve, release, close, refund. One verb, one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from jigi.enrolment.actions import exit_finished
from jigi.foundation import audit, runs
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.guards import refusing_guards
from jigi.foundation.models import User
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.ledger import actions as ledger
from jigi.ledger.models import Entry
from jigi.payments import approvals, budgets, calendar, fees, financing, losses, pipeline, queries, reissues, totals
from jigi.payments.models import PaymentRound, RoundCommune
from jigi.payments.on_their_way import refuse_on_their_way
from jigi.payments.states import ROUND
from jigi.programmes.models import Component, FundingLine


@pipeline.in_turn
def open_round(
    component: Component,
    term: int,
    communes: Sequence[Area],
    *,
    by: User,
    kind: str = PaymentRound.Kind.TERM,
    pays_from: date | None = None,
    pays_until: date | None = None,
) -> PaymentRound:
    """Open a round of one term (numbered from 1) in some communes of the component.

    An empty list of communes is no commune, and is refused. A commune that is in a live round of the same term
    already is refused by the database.
    """
    _require(by, "payments.prepare", component, communes)
    if not communes:
        raise Refused(
            "Aucune commune n’est choisie : le tour ne paierait personne",
            remedy="Choisissez au moins une commune de la composante. Une liste vide ne veut jamais dire « toutes ».",
        )
    if kind == PaymentRound.Kind.REISSUE:
        raise Refused("Une réémission s’ouvre depuis l’ordre qu’elle reprend", remedy="Ouvrez la ligne de cet ordre.")
    if component.kind not in Component.PAID:
        raise Refused(
            f"« {component} » ne donne pas d’argent : aucun tour ne la paie",
            remedy="Choisissez une composante de transferts, de travaux ou de subventions.",
        )
    _refuse_foreign(component, communes)
    _refuse_beyond(component, term, communes)
    calendar.refuse_suspended(component, communes)
    sequence = 1 if kind == PaymentRound.Kind.TERM else _next_sequence(component, term)
    period = component.period(term)
    longest = component.communes.filter(commune__in=communes).aggregate(terms=Max("terms"))["terms"]
    title = (
        f"Tour {term} sur {longest} · {period}" if kind == "term" else f"Rattrapage {sequence - 1} après le tour {term}"
    )
    try:
        with transaction.atomic():
            pipeline.wait_for_turn()
            payment_round = PaymentRound.objects.create(
                component=component, kind=kind, term=term, sequence=sequence, label=title,
                pays_from=pays_from, pays_until=pays_until, made_by=by, purpose=component.purpose,
                covers_from=period.start, covers_until=period.end,
            )  # fmt: skip
            RoundCommune.objects.bulk_create(
                RoundCommune(
                    payment_round=payment_round,
                    commune=area,
                    component=component,
                    term=term,
                    sequence=sequence,
                )
                for area in communes
            )
            facts = {"component": component.code, "term": term, "communes": len(communes)}
            audit.record("open", ROUND.noun, payment_round.pk, by=by, after=facts)
    except IntegrityError as error:
        if "commune_in_one_round_per_term" not in str(error):
            raise
        raise Refused(
            f"Une de ces communes est déjà dans un tour de l’échéance {term}",
            why="Un ménage ne reçoit qu’une fois la même échéance.",
            remedy="Ouvrez le tour existant, ou annulez-le avant d’en ouvrir un autre.",
        ) from error
    return payment_round


@pipeline.in_turn
def prepare(payment_round: PaymentRound, *, by: User) -> PaymentRound:
    """Build the list: entitlements, arrears, orders, and the difference from the last round."""
    _require(by, "payments.prepare", payment_round.component, _areas(payment_round))
    with _run("payments.prepare", "Préparation", payment_round, by) as work, transaction.atomic():
        payment_round = _locked(payment_round)
        ROUND.check(payment_round, "prepare")
        calendar.leave_out_suspended(payment_round, by=by)
        counters = pipeline.build_list(
            payment_round, _same_term(payment_round), queries.previous_rounds(payment_round), work,
            only=reissues.only_right(payment_round),
        )  # fmt: skip
        if counters["entitlements"] + counters["arrears"] == 0:
            raise Refused(
                "Ce tour ne paierait personne : aucun ménage inscrit n’a de droit dans ces communes",
                remedy="Vérifiez les communes du tour, et que des ménages y sont inscrits pour cette échéance.",
            )
        previous = queries.previous_rounds(payment_round)
        built: dict[str, Any] = {"previous_id": previous[-1] if previous else None, **counters}
        ROUND.move(payment_round, "prepare", by=by, prepared_at=timezone.now(), **built)
    return payment_round


@pipeline.in_turn
def freeze(payment_round: PaymentRound, *, by: User) -> PaymentRound:
    """Hash the list; from here the database refuses any change to it."""
    _require(by, "payments.prepare", payment_round.component, _areas(payment_round))
    with _run("payments.freeze", "Gel", payment_round, by) as work, transaction.atomic():
        payment_round = _locked(payment_round)
        with work.step("Empreinte de la liste"):
            digest = pipeline.list_hash(payment_round)
        now = timezone.now()
        ROUND.check(payment_round, "freeze")
        calendar.refuse_suspended(payment_round.component, _areas(payment_round))
        approvals.fix(payment_round, now)
        with _refusing_stale():
            ROUND.move(payment_round, "freeze", by=by, frozen_by=by, frozen_at=now, list_hash=digest)
    return payment_round


@pipeline.in_turn
def send_back(payment_round: PaymentRound, *, by: User, reason: str) -> PaymentRound:
    """Undo a prepared or frozen list: the round is a draft again and can be prepared anew."""
    right = "payments.approve" if payment_round.status == "frozen" else "payments.prepare"
    _require(by, right, payment_round.component, _areas(payment_round))
    if not reason.strip():
        raise Refused("Un renvoi sans motif ne dit pas quoi corriger", remedy="Écrivez le motif du renvoi.")
    with transaction.atomic():
        payment_round = _locked(payment_round)
        ROUND.move(payment_round, "send_back", by=by, reason=reason, **_UNSIGNED)
        pipeline.forget_list(payment_round)
    return payment_round


@pipeline.in_turn
def cancel(payment_round: PaymentRound, *, by: User, reason: str) -> PaymentRound:
    """Give a round up before any money is reserved; its communes are free for another."""
    _require(by, "payments.prepare", payment_round.component, _areas(payment_round))
    if not reason.strip():
        raise Refused("Une annulation se motive", remedy="Écrivez le motif de l’annulation.")
    with transaction.atomic():
        payment_round = _locked(payment_round)
        if payment_round.status in ("prepared", "frozen"):
            ROUND.move(payment_round, "send_back", by=by, reason=reason, **_UNSIGNED)
            pipeline.forget_list(payment_round)
        ROUND.move(payment_round, "cancel", by=by, reason=reason)
        payment_round.communes.update(live=False)
    return payment_round


@pipeline.in_turn
def approve(payment_round: PaymentRound, *, by: User) -> PaymentRound:
    """A person who neither made nor froze the list approves it; at the last of the approvals that its amount asks for
    (approvals.py), its new rights are reserved on their agreements. Before it, the round stays frozen.
    """
    _require(by, "payments.approve", payment_round.component, _areas(payment_round))
    with _run("payments.approve", "Approbation", payment_round, by) as work, transaction.atomic():
        payment_round = _locked(payment_round)
        _refuse_same_hand(payment_round, by, ("made_by", "frozen_by"))
        ROUND.check(payment_round, "approve")
        with work.step("Vérification de l’empreinte"):
            _check_hash(payment_round, work)
        if awaited := approvals.give(payment_round, by=by):
            after = {"status": "frozen", "awaited": awaited}
            audit.record("approve", ROUND.noun, payment_round.pk, by=by, after=after)
            return payment_round
        financing.refuse_ineligible_rights(payment_round)
        fees.rule(payment_round)
        budgets.refuse_overspent(payment_round)
        ROUND.move(payment_round, "approve", by=by, approved_by=by, approved_at=timezone.now())
        with work.step("Réservation sur les conventions"):
            _reserve(payment_round, by)
    return payment_round


@pipeline.in_turn
def release(payment_round: PaymentRound, *, by: User) -> PaymentRound:
    """A third person hands the money to the agencies: one posting for each order."""
    _require(by, "payments.release", payment_round.component, _areas(payment_round))
    with _run("payments.release", "Libération", payment_round, by) as work, transaction.atomic():
        payment_round = _locked(payment_round)
        _refuse_same_hand(payment_round, by, ("made_by", "frozen_by", "approved_by"))
        _refuse_enroller(payment_round, by)
        ROUND.check(payment_round, "release")
        calendar.refuse_out_of_turn(payment_round)
        with work.step("Ordres retenus : décès, départs et communes suspendues depuis le gel") as held:
            held.rows_out = pipeline.hold(payment_round)
        book = ledger.open_book(f"round-{payment_round.pk}", payment_round.label)
        ROUND.move(payment_round, "release", by=by, released_by=by, released_at=timezone.now(), book=book)
        entry = ledger.open_entry("commit", f"round:{payment_round.pk}", f"Remise aux agences · {payment_round}", by=by)
        assert entry is not None, "a round is released once: its state says so, and its lock"
        with work.step("Écritures") as step, ledger.refusing_overdraft():
            step.rows_out = pipeline.commit(payment_round, book, entry)
        orders = payment_round.entitlements + payment_round.arrears - held.rows_out
        work.check("une écriture par ordre de paiement", step.rows_out == orders, f"{step.rows_out} / {orders}")
    return payment_round


@pipeline.in_turn
def close(payment_round: PaymentRound, *, by: User) -> PaymentRound:
    """End a round: what no return answered is owed, and households whose last term this was leave."""
    _require(by, "payments.close", payment_round.component, _areas(payment_round))
    refuse_on_their_way(payment_round)
    with _run("payments.close", "Clôture", payment_round, by) as work, transaction.atomic():
        payment_round = _locked(payment_round)
        ROUND.check(payment_round, "close")
        calendar.refuse_out_of_turn(payment_round)
        ROUND.move(payment_round, "close", by=by, closed_by=by, closed_at=timezone.now())
        entry = ledger.open_entry(
            "settle", f"close:{payment_round.pk}", f"Sans réponse des agences · {payment_round}", by=by
        )
        assert entry is not None, "a round is closed once: its state says so, and its lock"
        with work.step("Ordres sans réponse") as step:
            step.rows_out = pipeline.close_unanswered(payment_round, entry)
        with work.step("Sorties de fin de parcours") as step:
            step.rows_out = _exit_finished(payment_round, by=by)
    return payment_round


def _exit_finished(payment_round: PaymentRound, *, by: User) -> int:
    """Households leave after their last term of those closed in their commune: a catch-up ends none."""
    finished: dict[int, list[Area]] = defaultdict(list)
    areas = {area.pk: area for area in _areas(payment_round)}
    for row in fetch_sql("payments", "finished_terms", {"round": payment_round.pk}):
        finished[row["term"]].append(areas[row["commune_id"]])
    return sum(exit_finished(payment_round.component, term, communes=own, by=by) for term, own in finished.items())


@pipeline.in_turn
def return_to_funds(component: Component, *, by: User, reason: str) -> int:
    """Give back to its agreement what is still owed to households that have left; returns how many rights.

    Another person has decided it (losses.py). Refused while a round of the component is under way: a sum asked of an
    agency is not free.
    """
    _require(by, "payments.close", component, _communes_of(component))
    if not reason.strip():
        raise Refused("Il faut un motif", remedy="Écrivez la décision : qui l’a prise, quand, par quelle lettre.")
    if refusal := _round_under_way(component):
        raise refusal
    with transaction.atomic(), ledger.refusing_overdraft():
        pipeline.wait_for_turn()
        cause = f"refund:{component.pk}:"
        number = Entry.objects.filter(kind="refund", cause__startswith=cause).count() + 1
        entry = ledger.open_entry("refund", f"{cause}{number}", f"Retour aux fonds · {component}", by=by)
        assert entry is not None, "one act at a time gives each return its number"
        if not queries.refundable(component):
            transaction.set_rollback(True)
            return 0
        losses.carry_out(component, entry, by=by)
        count = pipeline.refund(component.pk, entry)
        audit.record("return_to_funds", "component", component.pk, by=by, after={"entitlements": count}, reason=reason)
    return count


def why_no_refund(component: Component, user: User) -> str:
    """Why this person can't give money of a component back to its agreements now; empty when they can."""
    programme = component.programme.code
    if not can(user, "payments.close", areas=_communes_of(component), programme=programme):
        return "Votre affectation ne couvre pas toutes les communes de cette composante."
    refusal = _round_under_way(component)
    return f"{refusal.what}. {refusal.remedy}" if refusal else losses.why_not(component, user)


def _round_under_way(component: Component) -> Refused | None:
    if not component.rounds.filter(status__in=("prepared", "frozen", "approved", "released")).exists():
        return None
    return Refused("Un tour de cette composante est en cours", remedy="Clôturez-le avant de rendre l’argent aux fonds.")


@contextmanager
def _refusing_stale() -> Iterator[None]:
    """Say in French what the database says of a list that is older than a decision on one of its households."""
    try:
        yield
    except IntegrityError as error:
        said = getattr(error.__cause__, "diag", None)
        if said is None or said.constraint_name != "round_freezes_what_was_decided":
            raise
        raise Refused(
            f"Des inscriptions ont changé depuis que la liste est préparée : {said.message_detail}",
            why="Un arrêt, une reprise, une sortie ou un autre allocataire prend effet au premier gel qui le suit.",
            remedy="Renvoyez la liste avec motif et préparez-la de nouveau.",
        ) from error


_UNSIGNED = {
    "frozen_by": None, "frozen_at": None, "prepared_at": None, "list_hash": "", "previous": None,
    "entitlements": 0, "entitlements_xof": 0, "arrears": 0, "arrears_xof": 0,
}  # fmt: skip


def _reserve(payment_round: PaymentRound, by: User) -> None:
    lines = FundingLine.objects.select_related("available", "reserved").in_bulk()
    ledger.post(
        "reserve",
        f"round:{payment_round.pk}",
        f"Réservation · {payment_round}",
        [
            ledger.Line(
                "reserve",
                payment_round.pk,
                lines[row["funding_line_id"]].reserved,
                lines[row["funding_line_id"]].available,
                row["amount_xof"],
            )
            for row in pipeline.reservations(payment_round)
        ]
        + fees.to_reserve(payment_round),
        by=by,
    )
    totals.keep_reserved(payment_round.pk)


def _check_hash(payment_round: PaymentRound, work: runs.Work) -> None:
    same = pipeline.list_hash(payment_round) == payment_round.list_hash
    work.check("la liste est celle qui a été gelée", same, payment_round.list_hash)


def _refuse_same_hand(payment_round: PaymentRound, by: User, hands: Sequence[str]) -> None:
    french = {"made_by": "ouvert", "frozen_by": "gelé", "approved_by": "approuvé"}
    for hand in hands:
        approved = hand == "approved_by" and approvals.has_approved(payment_round, by)
        if approved or getattr(payment_round, f"{hand}_id") == by.pk:
            raise Refused(
                f"Vous avez {french[hand]} ce tour : une autre personne doit agir",
                why="Préparer, approuver et libérer sont trois mains différentes.",
            )


def _refuse_enroller(payment_round: PaymentRound, by: User) -> None:
    if queries.enrolled_by(payment_round, by):
        raise Refused(
            "Vous avez inscrit des ménages de ce tour, ou changé qui les reçoit : une autre personne doit le libérer",
            why="Inscrire et payer sont deux mains différentes.",
        )


def _require(by: User, right: str, component: Component, areas: Sequence[Area]) -> None:
    # No commune at all: what follows refuses it and says so better.
    require(by, right, areas=areas or None, programme=component.programme.code)


def _refuse_foreign(component: Component, communes: Sequence[Area]) -> None:
    own = set(component.communes.values_list("commune_id", flat=True))
    foreign = [area.name for area in communes if area.pk not in own]
    if foreign:
        raise Refused(
            f"{', '.join(foreign[:5])} : hors des communes de {component}",
            remedy="Le fichier du programme dit quelles communes en font partie.",
        )


def _refuse_beyond(component: Component, term: int, communes: Sequence[Area]) -> None:
    last = component.communes.filter(commune__in=communes).aggregate(last=Max("terms"))["last"]
    if not 1 <= term <= last:
        raise Refused(
            f"L’échéance {term} n’existe pas dans ces communes",
            why=f"Leur calendrier va de l’échéance 1 à l’échéance {last}",
            remedy="Ce qui reste dû après la dernière se paie par un tour de rattrapage.",
        )


def _next_sequence(component: Component, term: int) -> int:
    last = component.rounds.filter(term=term).aggregate(last=Max("sequence"))["last"] or 1
    return int(last) + 1


def _areas(payment_round: PaymentRound) -> list[Area]:
    return list(Area.objects.filter(pk__in=payment_round.communes.values("commune_id")))


def _communes_of(component: Component) -> list[Area]:
    return list(Area.objects.filter(pk__in=component.communes.values("commune_id")))


def _locked(payment_round: PaymentRound) -> PaymentRound:
    pipeline.wait_for_turn()
    rounds = PaymentRound.objects.select_for_update(no_key=True, of=("self",))
    return rounds.select_related("component__programme").get(pk=payment_round.pk)


def _same_term(payment_round: PaymentRound) -> list[int]:
    rounds = payment_round.component.rounds.filter(term=payment_round.term, kind="term")
    return list(rounds.exclude(pk=payment_round.pk).exclude(status="cancelled").values_list("pk", flat=True))


@contextmanager
def _run(kind: str, verb: str, payment_round: PaymentRound, by: User) -> Iterator[runs.Work]:
    started = runs.start(
        kind, f"{verb} · {payment_round}", by=by, subject=f"{ROUND.noun}:{payment_round.pk}",
        parameters={"round": payment_round.pk},
    )  # fmt: skip
    with started as work, refusing_guards():
        yield work
