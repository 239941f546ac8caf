"""Dispatches: the orders of a round given to an agency that is spoken to by machine, and what it said of each.

What leaves is stored before it leaves. An order has one attempt, whose reference (`tx_id`) is the order's own: the same
payment is never asked under two names.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.sealed import SealedField
from jigi.payments.states import DISPATCH
from jigi.programmes.models import Agency


class Channel(models.Model):
    """How an agency is spoken to by machine: addresses, limits, and its secrets, sealed."""

    class Protocol(models.TextChoices):
        PI_SPI = "pi-spi", "PI-SPI"

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="channel")
    protocol = models.CharField("protocole", max_length=10, choices=Protocol, default=Protocol.PI_SPI)
    base_url = models.CharField("adresse de l’API", max_length=200)
    token_url = models.CharField("adresse des jetons", max_length=200)
    client_id = models.CharField("identifiant de client", max_length=100)
    payer_alias = models.CharField("alias débité", max_length=36)
    secrets_sealed = SealedField("secrets, chiffrés", kind="agency")
    certificate = models.CharField("certificat", max_length=200, default="", blank=True)
    certificate_key = models.CharField("clé du certificat", max_length=200, default="", blank=True)
    authority = models.CharField("autorité de l’agence", max_length=200, default="", blank=True)
    paths = models.JSONField("chemins", default=dict, blank=True)
    group_size = models.PositiveSmallIntegerField("ordres par lot", default=500)
    width = models.PositiveSmallIntegerField("requêtes à la fois", default=4)
    page_size = models.PositiveSmallIntegerField("lignes par page", default=100)
    timeout_s = models.PositiveSmallIntegerField("attente d’une réponse, en secondes", default=20)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("réglé le", db_default=Now())

    class Meta:
        verbose_name = "canal d’agence"
        constraints = [
            models.CheckConstraint(
                condition=Q(base_url__regex=r"^(https://|http://127\.0\.0\.1:)")
                & Q(token_url__regex=r"^(https://|http://127\.0\.0\.1:)"),  # nosec B106
                name="channel_is_encrypted",
            ),
            models.CheckConstraint(
                condition=Q(group_size__gte=1, group_size__lte=5_000, width__gte=1, width__lte=64, page_size__gte=1)
                & Q(timeout_s__gte=1, timeout_s__lte=300),
                name="channel_limits_known",
            ),
        ]


class Dispatch(models.Model):
    """The orders of a round given to one agency. Who releases them did not begin it."""

    payment_round = models.ForeignKey("payments.PaymentRound", on_delete=models.PROTECT, related_name="dispatches")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    status = models.CharField("état", max_length=10, choices=DISPATCH.choices, default="running")
    orders = models.BigIntegerField("ordres", default=0)
    amount_xof = models.BigIntegerField("montant", default=0)
    without_account = models.BigIntegerField("sans compte", default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField("commencé le", db_default=Now())
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField("libéré le", null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "envoi à une agence"
        constraints = [
            models.UniqueConstraint(fields=["payment_round", "agency"], name="dispatch_once"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True)
                | Q(released_by__isnull=False, released_at__isnull=False) & ~Q(released_by=F("started_by")),
                name="dispatch_releaser_did_not_begin_it",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, released_by__isnull=True),
                name="dispatch_withdrawn_was_not_released",
            ),
        ]


class Group(models.Model):
    """Payments that leave together (lot). It leaves again only when the agency denied having it."""

    class Status(models.TextChoices):
        STORED = "stored", "à envoyer"
        LEAVING = "leaving", "parti, réponse attendue"
        SENT = "sent", "déposé"
        READY = "ready", "vérifié par l’agence"
        RELEASING = "releasing", "libération partie"
        RELEASED = "released", "libéré"
        WITHDRAWING = "withdrawing", "retrait parti"
        WITHDRAWN = "withdrawn", "retiré"
        DONE = "done", "terminé"

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="groups")
    code = models.CharField("référence du lot", max_length=35, unique=True)
    status = models.CharField("état", max_length=12, choices=Status, default=Status.STORED)
    orders = models.BigIntegerField("ordres")
    amount_xof = models.BigIntegerField("montant")
    posts = models.PositiveIntegerField("envois", default=0)
    denials = models.PositiveIntegerField("envois que l’agence dit n’avoir pas", default=0)
    asked = models.PositiveIntegerField("questions sans suite", default=0)
    next_at = models.DateTimeField("prochaine question", db_default=Now())
    problem = models.CharField("difficulté", max_length=160, default="", blank=True)

    class Meta:
        verbose_name = "lot d’un envoi"
        constraints = [
            models.CheckConstraint(condition=Q(posts__lte=F("denials") + 1), name="group_leaves_again_only_if_denied"),
            models.CheckConstraint(
                condition=Q(status__in=("stored", "withdrawn")) | Q(posts__gte=1), name="group_that_left_says_so"
            ),
        ]
        indexes = [models.Index(fields=["dispatch", "next_at"], name="group_by_turn")]


class Attempt(models.Model):
    """One order in a group, and what is proven of it. Nothing here names a person."""

    class Status(models.TextChoices):
        LIVE = "live", "en cours"
        EXECUTED = "executed", "exécuté"
        REJECTED = "rejected", "rejeté"
        TO_VERIFY = "to_verify", "à vérifier"

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="attempts")
    instruction_id = models.BigIntegerField("ordre")
    origin_round_id = models.BigIntegerField("tour d’origine")
    tx_id = models.CharField("référence", max_length=35, unique=True)
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.LIVE)
    reason = models.CharField("motif", max_length=12, default="", blank=True)
    agency_reference = models.CharField("référence de l’agence", max_length=60, default="", blank=True)
    happened_on = models.DateField("jour", null=True)
    settled = models.BooleanField("porté aux comptes", default=False)
    returned_on = models.DateField("rendu le", null=True)
    return_settled = models.BooleanField("retour porté aux comptes", default=False)

    class Meta:
        verbose_name = "ordre d’un envoi"
        constraints = [
            models.UniqueConstraint(fields=["instruction_id", "origin_round_id"], name="attempt_one_per_order"),
            models.CheckConstraint(
                condition=Q(settled=False) | Q(status__in=("executed", "rejected")), name="attempt_settled_is_proven"
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(status="executed"), name="attempt_returned_was_executed"
            ),
        ]
        indexes = [
            models.Index(fields=["group", "status"], name="attempt_by_group"),
            models.Index(
                fields=["group"],
                name="attempt_to_settle",
                condition=Q(settled=False, status__in=("executed", "rejected")),
            ),
        ]


class Recall(models.Model):
    """An executed payment asked back from its holder. The request is stored before it leaves, and leaves once."""

    class Motive(models.TextChoices):
        HOLDER = "AC03", "erreur sur le destinataire"
        AMOUNT = "AM09", "erreur sur le montant"
        TWICE = "DUPL", "déjà payé"
        FRAUD = "FRAD", "suspicion de fraude"

    class Status(models.TextChoices):
        STORED = "stored", "demandé"
        SENT = "sent", "transmis"
        DENIED = "denied", "refusé par l’agence"
        UNCLEAR = "unclear", "à vérifier"

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="recall")
    motive = models.CharField("motif", max_length=4, choices=Motive)
    status = models.CharField("état", max_length=8, choices=Status, default=Status.STORED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandé le", db_default=Now())

    class Meta:
        verbose_name = "demande d’annulation"


class Notice(models.Model):
    """A notification as the agency sent it, stored before it is answered; the same one comes once."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="notices")
    body_hash = models.CharField("empreinte", max_length=64)
    body_sealed = SealedField("message, chiffré", kind="agency")
    received_at = models.DateTimeField("reçu le", db_default=Now())
    read_at = models.DateTimeField("lu le", null=True)
    problem = models.CharField("difficulté", max_length=160, default="", blank=True)

    class Meta:
        verbose_name = "notification d’une agence"
        constraints = [models.UniqueConstraint(fields=["channel", "body_hash"], name="notice_once")]
        indexes = [models.Index(fields=["id"], name="notice_unread", condition=Q(read_at__isnull=True))]
