"""An agency takes its orders or refuses them; who releases rounds offers refused ones again."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.payments import agency_desk
from jigi.payments.agency_desk import Declared
from jigi.payments.agency_models import AgencyReply
from jigi.payments.models import OrderFile, PaymentRound
from jigi.payments.orders import check_may_leave, file_name
from jigi.programmes.models import Agency

NOUN = "agency_reply"


@unfenced
def accept(order_file: OrderFile, *, by: User) -> AgencyReply:
    """Take the orders that a file declared, for the agency where one works. Its hash, lines and total are kept.

    Accepting the same file again changes nothing. Raced when the agency has answered otherwise.
    """
    payment_round, agency = order_file.payment_round, order_file.agency
    _check(payment_round, agency, by)
    before = agency_desk.reply_of(payment_round, agency)
    if before and before.order_file_id == order_file.pk:
        return before
    return _replied(
        AgencyReply(
            payment_round=payment_round, agency=agency, verdict="accepted", order_file=order_file,
            lines=order_file.lines, total_xof=order_file.total_xof, orders_hash=order_file.file_hash, by=by,
        )
    )  # fmt: skip


@unfenced
def accept_declared(payment_round: PaymentRound, agency: Agency, said: Declared, *, by: User) -> AgencyReply:
    """Take the orders that a machine has read page by page and declares: its count, total and hash must be ours."""
    _check(payment_round, agency, by)
    before = agency_desk.reply_of(payment_round, agency)
    if before and before.verdict == "accepted" and before.orders_hash == said.sha256:
        return before
    ours = agency_desk.declared(payment_round, agency)
    if said != ours:
        raise Raced(
            "Ce que vous déclarez n’est pas la liste des ordres de votre agence",
            why=f"Elle a {ours.lines} ordres, {ours.total_xof} FCFA et son empreinte ; vous déclarez {said.lines} "
            f"ordres et {said.total_xof} FCFA.",
            remedy="Relisez toutes les pages du tour, dans leur ordre, et refaites l’empreinte.",
        )
    with transaction.atomic():
        # Held against who gives the same orders by machine.
        PaymentRound.objects.select_for_update(no_key=True).get(pk=payment_round.pk)
        file = OrderFile.objects.create(
            payment_round=payment_round, agency=agency, format="api", file_name=file_name(payment_round, agency, "api"),
            lines=ours.lines, total_xof=ours.total_xof, file_hash=ours.sha256, made_by=by,
        )  # fmt: skip
        return accept(file, by=by)


@unfenced
def refuse(payment_round: PaymentRound, agency: Agency, *, by: User, reason: str) -> AgencyReply:
    """Refuse the orders of a round before any was answered, and say why: who releases rounds reads it."""
    if not reason.strip():
        raise Refused("Un refus se motive", remedy="Écrivez ce qui empêche de prendre ces ordres.")
    _check(payment_round, agency, by)
    before = agency_desk.reply_of(payment_round, agency)
    if before and before.verdict == "refused" and before.reason == reason.strip()[:300]:
        return before
    orders = agency_desk.declared(payment_round, agency)
    return _replied(
        AgencyReply(
            payment_round=payment_round, agency=agency, verdict="refused", lines=orders.lines,
            total_xof=orders.total_xof, reason=reason.strip()[:300], by=by,
        )
    )  # fmt: skip


@unfenced
def reopen(reply: AgencyReply, *, by: User, reason: str) -> None:
    """Offer refused orders to their agency again, once what it said is dealt with; by who releases the round."""
    communes = Area.objects.filter(pk__in=reply.payment_round.communes.values("commune"))
    programme = reply.payment_round.component.programme.code
    require(by, "payments.release", areas=communes, programme=programme)
    if not reason.strip():
        raise Refused("Rouvrir des ordres se motive", remedy="Écrivez ce qui a été corrigé.")
    with transaction.atomic():
        waiting = AgencyReply.objects.filter(pk=reply.pk, verdict="refused", reopened_at__isnull=True)
        signed = {"reopened_by": by, "reopened_at": timezone.now(), "reopened_why": reason.strip()[:300]}
        if not waiting.update(**signed):
            raise Raced("Ce refus n’attend plus", remedy="Rechargez la page.")
        audit.record("reopen_orders", NOUN, reply.pk, by=by, reason=reason, after={"round": reply.payment_round_id})


def _check(payment_round: PaymentRound, agency: Agency, by: User) -> None:
    agency_desk.check_works_for(payment_round, agency, by)
    check_may_leave(payment_round, agency, by)
    if payment_round.status != "released":
        raise Refused("Ce tour est clos : ses ordres ne se prennent plus", remedy="Voyez les tours libérés.")


def _replied(reply: AgencyReply) -> AgencyReply:
    """Written once; what PostgreSQL refuses is told."""
    try:
        with transaction.atomic():
            reply.save()
            after = {
                "round": reply.payment_round_id, "agency": reply.agency.code, "lines": reply.lines,
                "total_xof": reply.total_xof, "sha256": reply.orders_hash,
            }  # fmt: skip
            verb = "accept_orders" if reply.verdict == "accepted" else "refuse_orders"
            audit.record(verb, NOUN, reply.pk, by=reply.by, after=after, reason=reply.reason)
    except IntegrityError as error:
        raise _refusal(error) from error
    return reply


def _refusal(error: IntegrityError) -> Exception:
    for name, (what, remedy) in _TOLD.items():
        if name in str(error) or name == _constraint(error):
            return Raced(what, remedy=remedy)
    return error


def _constraint(error: IntegrityError) -> str:
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "")


_TOLD = {
    "agency_reply_one_live": ("Votre agence a déjà répondu de ces ordres", "Rechargez la page."),
    "agency_reply_in_its_time": (
        "Ces ordres ne se prennent pas ici : leur tour n’est pas libéré, ou ils partent par machine",
        "Suivez l’envoi avec qui le conduit.",
    ),
    "agency_reply_of_what_was_declared": (
        "Ce fichier ne déclare pas les ordres de votre agence dans ce tour", "Prenez le fichier d’ordres de nouveau.",
    ),
    "agency_reply_refused_before_results": (
        "Des ordres de ce tour ont déjà reçu une réponse : ils ne se refusent plus",
        "Dites le résultat de chaque ordre qui reste.",
    ),
}  # fmt: skip
