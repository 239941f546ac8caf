"""What an agency says by its own hand: that it takes or refuses its orders, and its results, by page or by machine."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.sealed import SealedField
from jigi.programmes.models import Agency


class AgencyReply(models.Model):
    """An agency takes the orders of a round, as an order file declared them, or refuses them with its reason.

    One reply of a round and agency is live. Who releases rounds may reopen a refusal: the orders are offered again.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "acceptés"
        REFUSED = "refused", "refusés"

    payment_round = models.ForeignKey(
        "payments.PaymentRound", on_delete=models.PROTECT, related_name="agency_replies", verbose_name="tour"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    verdict = models.CharField("réponse", max_length=8, choices=Verdict)
    order_file = models.ForeignKey(
        "payments.OrderFile", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="fichier d’ordres"
    )
    lines = models.BigIntegerField("ordres")
    total_xof = models.BigIntegerField("total")
    orders_hash = models.CharField("empreinte acceptée", max_length=64, default="", blank=True)
    reason = models.CharField("motif du refus", max_length=300, default="", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="donnée par"
    )
    at = models.DateTimeField("donnée le", db_default=Now())
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="rouverte par"
    )
    reopened_at = models.DateTimeField("rouverte le", null=True)
    reopened_why = models.CharField("pourquoi rouverte", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "réponse d’une agence à ses ordres"
        constraints = [
            models.UniqueConstraint(
                fields=["payment_round", "agency"], condition=Q(reopened_at__isnull=True), name="agency_reply_one_live"
            ),
            models.CheckConstraint(
                condition=Q(
                    verdict="accepted", order_file__isnull=False, orders_hash__regex="^[0-9a-f]{64}$", reason=""
                )
                | Q(verdict="refused", order_file__isnull=True, orders_hash="") & ~Q(reason=""),
                name="agency_reply_is_hashed_or_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reopened_by__isnull=True, reopened_at__isnull=True, reopened_why="")
                | Q(verdict="refused", reopened_by__isnull=False, reopened_at__isnull=False)
                & ~Q(reopened_why="")
                & ~Q(reopened_by=F("by")),
                name="agency_reply_reopened_is_signed",
            ),
        ]


class ResultBatch(models.Model):
    """Results that an agency gave by its own hand under a name of its own: the same name is the same batch for ever."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    payment_round = models.ForeignKey(
        "payments.PaymentRound", on_delete=models.PROTECT, related_name="+", verbose_name="tour"
    )
    code = models.CharField("nom du lot", max_length=64)
    body_hash = models.CharField("empreinte du lot", max_length=64)
    return_file = models.ForeignKey(
        "payments.ReturnFile", on_delete=models.PROTECT, related_name="batches", verbose_name="fichier de retour"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="donné par"
    )
    at = models.DateTimeField("donné le", db_default=Now())

    class Meta:
        verbose_name = "lot de résultats d’une agence"
        constraints = [
            models.UniqueConstraint(fields=["agency", "code"], name="result_batch_once"),
            models.CheckConstraint(condition=Q(code__regex="^[A-Za-z0-9._-]{1,64}$"), name="result_batch_code_form"),
            models.CheckConstraint(condition=Q(body_hash__regex="^[0-9a-f]{64}$"), name="result_batch_is_hashed"),
        ]


class ResultDraft(models.Model):
    """A results file that an agency has looked at and not yet given: sealed, its author's alone, gone within a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    payment_round = models.ForeignKey(
        "payments.PaymentRound", on_delete=models.PROTECT, related_name="+", verbose_name="tour"
    )
    file_name = models.CharField("fichier", max_length=200)
    content_sealed = SealedField("contenu, chiffré", kind="agency")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="envoyé par"
    )
    at = models.DateTimeField("envoyé le", db_default=Now())

    class Meta:
        verbose_name = "fichier de résultats à relire"


class AgencyToken(models.Model):
    """The token by which a person of an agency lets a machine ask the API; only its digest is kept, and it ends."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="personne"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    label = models.CharField("usage", max_length=80)
    fingerprint = models.CharField("empreinte du jeton", max_length=64, unique=True)
    made_at = models.DateTimeField("fait le", db_default=Now())
    expires_at = models.DateTimeField("vaut jusqu’au")
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="retiré par"
    )
    revoked_at = models.DateTimeField("retiré le", null=True)
    # How often it asks: calls since the beginning of a minute.
    minute = models.DateTimeField("minute comptée", null=True)
    calls = models.IntegerField("appels de cette minute", default=0)

    class Meta:
        verbose_name = "jeton d’agence"
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="agency_token_says_its_use"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + timedelta(days=366)),
                name="agency_token_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="agency_token_revoked_is_signed",
            ),
        ]
