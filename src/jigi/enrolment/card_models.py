"""Cards of recipients, and the keys that sign them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.enrolment.card_rules import code_of
from jigi.foundation.sealed import SealedField
from jigi.registry.models import Person


class CardKey(models.Model):
    """An Ed25519 key that signs cards: its seed is sealed, its public half goes to the devices that check them."""

    number = models.PositiveSmallIntegerField("numéro", unique=True)
    seed_sealed = SealedField("graine de la clé, chiffrée", kind="card")
    public = models.CharField("clé publique", max_length=64)
    made_at = models.DateTimeField("tirée le", db_default=Now())

    class Meta:
        verbose_name = "clé des cartes"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=255, public__regex="^[0-9a-f]{64}$"), name="card_key_form"
            )
        ]


class Card(models.Model):
    """A card of a recipient: a number that says nothing of them, and that can be withdrawn."""

    number = models.CharField("numéro", max_length=16, unique=True)
    enrolment = models.ForeignKey(
        "enrolment.Enrolment", on_delete=models.PROTECT, related_name="cards", verbose_name="inscription"
    )
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="allocataire")
    key = models.ForeignKey(CardKey, on_delete=models.PROTECT, related_name="+", verbose_name="clé")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="émise par"
    )
    made_at = models.DateTimeField("émise le", db_default=Now())
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="retirée par"
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    withdrawn_why = models.CharField("pourquoi retirée", max_length=80, default="", blank=True)

    class Meta:
        verbose_name = "carte"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(withdrawn_at__isnull=True), name="card_one_live_per_enrolment"
            ),
            models.CheckConstraint(condition=Q(number__regex="^[0-9a-f]{16}$"), name="card_number_form"),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True, withdrawn_why="")
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_why=""),
                name="card_withdrawal_is_signed",
            ),
        ]

    @property
    def code(self) -> str:
        """The number as it is printed, to be typed where no camera reads it."""
        return code_of(self.number)
