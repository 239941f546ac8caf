"""Campaigns with the list that was counted and approved, and the notices that a programme has switched on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.messaging.catalogue import LANGUAGES
from jigi.messaging.models import Message
from jigi.outreach.states import CAMPAIGN
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Programme
from jigi.registry.models import Household, Person


def _hand(french: str) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )


class Campaign(models.Model):
    """The same words to the people of a list (campagne de messages).

    `organisation` is the agency in whose name it is sent, blank for the programme. The list is frozen when approval is
    asked; `recipients` are all of it, `reachable` those with a telephone who have not said stop.
    """

    class Audience(models.TextChoices):
        UNPAID = "unpaid", "à payer dans un tour"
        LATE = "late", "à payer encore, leur jour est passé"
        ENROLLED = "enrolled", "inscrits au programme"
        SESSIONS = "sessions", "attendus à une séance"

    title = models.CharField("titre", max_length=120)
    audience = models.CharField("à qui", max_length=8, choices=Audience)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", verbose_name="programme")
    programme_code = models.CharField("code du programme", max_length=40)
    payment_round = models.ForeignKey(
        PaymentRound, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="tour"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="lieu")
    organisation = models.CharField("agence", max_length=40, default="", blank=True)
    pay_point = models.CharField("site de paiement", max_length=120, default="", blank=True)
    day = models.DateField("jour", null=True)
    place = models.CharField("lieu dit", max_length=60, default="", blank=True)
    template = models.CharField("modèle", max_length=40)
    language = models.CharField("langue", max_length=6, choices=list(LANGUAGES.items()), default="fr")
    channel = models.CharField("par", max_length=5, choices=Message.Channel, default=Message.Channel.SMS)
    status = models.CharField("état", max_length=10, choices=CAMPAIGN.choices, default="draft")
    recipients = models.PositiveIntegerField("personnes", default=0)
    reachable = models.PositiveIntegerField("joignables", default=0)
    segments = models.PositiveIntegerField("SMS", default=0)
    cost_xof = models.BigIntegerField("coût", default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="préparée par"
    )
    made_at = models.DateTimeField("préparée le", db_default=Now())
    asked_by = _hand("demandée par")
    asked_at = models.DateTimeField("demandée le", null=True)
    approved_by = _hand("approuvée par")
    approved_at = models.DateTimeField("approuvée le", null=True)
    ended_at = models.DateTimeField("finie le", null=True)

    class Meta:
        verbose_name = "campagne de messages"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=("sending", "done")) | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="message_campaign_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("made_by")) & ~Q(approved_by=F("asked_by")) & Q(asked_by__isnull=False)),
                name="message_campaign_two_hands",
            ),
            models.CheckConstraint(
                condition=Q(reachable__lte=F("recipients"), cost_xof__gte=0), name="message_campaign_counts"
            ),
            models.CheckConstraint(
                condition=~Q(audience__in=("unpaid", "late")) | Q(payment_round__isnull=False),
                name="message_campaign_has_its_round",
            ),
            models.CheckConstraint(
                condition=Q(organisation="") | Q(audience__in=("unpaid", "late")),
                name="message_campaign_of_an_agency_pays",
            ),
            models.CheckConstraint(condition=Q(status__in=list(CAMPAIGN.states)), name="message_campaign_status"),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="message_campaign_latest")]

    def __str__(self) -> str:
        return self.title

    @property
    def batch(self) -> str:
        """How its messages are known in the outbox."""
        return f"campaign:{self.pk}"


class Recipient(models.Model):
    """One person of the frozen list of a campaign, with what fills the words; `written` once the outbox has it.

    `left_out`: no longer concerned since the list was frozen (paid, gone, another day): they are not written to.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="people")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    village = models.CharField("village", max_length=120, default="", blank=True)
    place = models.CharField("lieu dit", max_length=120, default="", blank=True)
    day = models.DateField("jour", null=True)
    amount_xof = models.BigIntegerField("montant", null=True)
    reachable = models.BooleanField("joignable", default=False)
    written = models.BooleanField("mis en attente", default=False)
    left_out = models.BooleanField("n’est plus concerné", default=False)

    class Meta:
        verbose_name = "destinataire"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person"], name="message_recipient_once"),
            models.CheckConstraint(
                condition=~Q(written=True, left_out=True), name="message_recipient_left_out_is_not_written"
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "id"], condition=Q(written=False, reachable=True, left_out=False),
                name="message_recipient_waiting",
            ),
            models.Index(fields=["campaign"], condition=Q(left_out=True), name="message_recipient_left_out"),
        ]  # fmt: skip


class Switch(models.Model):
    """A notice that a programme sends by itself, from a day on; off when there is no row.

    Everything that was there at `told_until` is told; nothing is yet while it is null.
    """

    class Kind(models.TextChoices):
        ORDERED = "ordered", "un paiement est préparé"
        PAID = "paid", "un paiement est fait"
        RETURNED = "returned", "un paiement n’a pas abouti"
        ENROLLED = "enrolled", "une inscription est décidée"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("avis", max_length=10, choices=Kind)
    language = models.CharField("langue", max_length=6, choices=list(LANGUAGES.items()), default="fr")
    since = models.DateTimeField("depuis", db_default=Now())
    told_until = models.DateTimeField("annoncé jusqu’au", null=True)
    switched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField("jusqu’au", null=True)
    ended_by = _hand("arrêté par")

    class Meta:
        verbose_name = "avis automatique"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind"], condition=Q(ended_at__isnull=True), name="notice_switched_on_once"
            ),
        ]
