"""What the addresses of an agency's own page speak of, and what their forms say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from jigi.payments import agency_desk, agency_tokens, replies
from jigi.payments.agency_models import AgencyReply, AgencyToken
from jigi.payments.models import Instruction, OrderFile
from tests.access.asks import Ask, Of, _everywhere, _key
from tests.access.world import World
from tests.payments.agency_scene import accepted


def desk(name: str, *more: object) -> Of:
    return lambda world, place: reverse(name, args=[world.scene.agency.code, *more]) if place == "above" else None


def of_round(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.scene.agency.code, world.rounds[place, "released"].pk])


def order(world: World, place: str) -> str:
    """The last order of the released round: its agency said another amount, and it waits."""
    released = world.rounds[place, "released"]
    line = Instruction.objects.filter(payment_round=released).order_by("-id")[0]
    return reverse("agency_order", args=[world.scene.agency.code, released.pk, line.reference])


def result(world: World, place: str) -> str:
    return reverse("agency_result", args=[world.scene.agency.code, world.returns[place].pk])


def reopening(world: World, place: str) -> str:
    return reverse("payment_reply_reopen", args=[world.rounds[place, "released"].pk, world.refusals[place].pk])


def token(world: World, place: str) -> str | None:
    """A colleague's token: nobody takes it back but its person."""
    if place != "above":
        return None
    by, of = world.refusals["own"].by, {"agency": world.scene.agency, "fingerprint": "0" * 64, "label": "essai"}
    ends = timezone.now() + timedelta(days=agency_tokens.DAYS[0])
    made = AgencyToken.objects.filter(user=by).first() or AgencyToken.objects.create(user=by, expires_at=ends, **of)
    return reverse("agency_token_revoke", args=[world.scene.agency.code, made.pk])


def offered(world: World, place: str) -> Mapping[str, str]:
    """The orders are offered again, and a file of them was made."""
    reply = _reopened(world, place)
    said = agency_desk.declared(reply.payment_round, reply.agency)
    made = OrderFile.objects.create(
        payment_round=reply.payment_round, agency=reply.agency, format="csv", file_name="essai", lines=said.lines,
        total_xof=said.total_xof, file_hash=said.sha256, made_by=reply.by,
    )  # fmt: skip
    return {"cle": str(uuid.uuid4()), "fichier": str(made.pk)}


def answered(world: World, place: str) -> Mapping[str, str]:
    """The orders were accepted by a colleague, and one is said to be absent."""
    reply = _reopened(world, place)
    accepted(reply.payment_round, reply.agency, reply.by)
    return {"cle": str(uuid.uuid4()), "statut": "ABSENT"}


def refused(world: World, place: str) -> Mapping[str, str]:
    return {"cle": str(uuid.uuid4()), "motif": world.refusals[place].reason}


def _reopened(world: World, place: str) -> AgencyReply:
    reply = world.refusals[place]
    replies.reopen(reply, by=world.scene.treasurer, reason="essai")
    return reply


AGENCY_ASKS: tuple[Ask, ...] = (
    Ask(
        "agency_home",
        "page de son agence",
        _everywhere("agency_home"),
    ),
    Ask("agency_desk", "les tours d’une agence", desk("agency_desk")),
    Ask("agency_round", "les ordres d’une agence dans un tour", of_round("agency_round")),
    Ask("agency_order", "un ordre, pour son agence", order),
    Ask("agency_order", "donner le résultat d’un ordre", order, sent=answered),
    Ask("agency_accept", "accepter les ordres d’un tour", of_round("agency_accept"), sent=offered),
    Ask("agency_refuse", "refuser les ordres d’un tour", of_round("agency_refuse"), sent=refused),
    Ask("agency_look", "relire un fichier de résultats (page)", of_round("agency_look")),
    Ask("agency_give", "donner un fichier relu par un autre", of_round("agency_give"), sent=_key()),
    Ask("agency_results", "les résultats d’une agence", desk("agency_results")),
    Ask("agency_result", "un fichier de résultats, pour son agence", result),
    Ask("agency_exceptions", "les exceptions d’une agence", desk("agency_exceptions")),
    Ask("agency_statement", "le relevé d’une agence", desk("agency_statement")),
    Ask("agency_tokens", "ses jetons d’agence", desk("agency_tokens")),
    Ask("agency_token_revoke", "retirer le jeton d’un collègue", token, sent=_key()),
    Ask(
        "payment_reply_reopen",
        "offrir de nouveau des ordres refusés",
        reopening,
        sent=_key(motif="essai de la matrice"),
    ),
)
