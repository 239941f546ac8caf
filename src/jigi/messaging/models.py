"""What is kept of messages: their rows, what became of them, reports and answers, senders, and who wants none.

Telephones and words are sealed; who wants none is known by the blind index of a telephone alone. The states of a
message are guarded by the database, which also keeps their history (sql/guards.sql).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.foundation.keyring import vault
from jigi.foundation.sealed import IndexField, SealedField, secret
from jigi.geography.models import Area
from jigi.messaging.catalogue import LANGUAGES
from jigi.messaging.states import MESSAGE


class Sender(models.Model):
    """The name under which messages of a programme or of an agency arrive; both blank: of everything else."""

    programme_code = models.CharField("programme", max_length=40, default="", blank=True)
    organisation = models.CharField("agence", max_length=40, default="", blank=True)
    name = models.CharField("nom d’expéditeur", max_length=11)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField("réglé le", db_default=Now())

    class Meta:
        verbose_name = "expéditeur"
        constraints = [
            models.UniqueConstraint(fields=["programme_code", "organisation"], name="sender_once"),
            models.CheckConstraint(condition=Q(name__regex=r"^[A-Za-z0-9 ]{3,11}$"), name="sender_fits_a_telephone"),
        ]


class Message(models.Model):
    """One message to one telephone (message). `cause` is what it is for: the same cause is never sent twice.

    `reference` goes with it to the provider. `turn` counts who took it up: an answer of an earlier turn is not heard.
    `leaves_until` is the last moment at which a request of it may still leave. `household` is a number of the register.
    """

    class Channel(models.TextChoices):
        SMS = "sms", "SMS"
        VOICE = "voice", "voix"

    reference = models.UUIDField("référence", unique=True, db_default=RandomUUID())
    cause = models.CharField("cause", max_length=120)
    batch = models.CharField("envoi", max_length=60, default="", blank=True)
    channel = models.CharField("par", max_length=5, choices=Channel, default=Channel.SMS)
    template = models.CharField("modèle", max_length=40)
    language = models.CharField("langue", max_length=6, choices=list(LANGUAGES.items()), default="fr")
    sender = models.CharField("expéditeur", max_length=11)
    phone_sealed = SealedField("téléphone, chiffré", kind="phone", default=b"")
    phone_index = IndexField("téléphone, index aveugle", default=b"")
    phone = secret("phone", "phone_sealed", "phone_index")
    text_sealed = SealedField("texte, chiffré", kind="message", default=b"")
    recording = models.CharField("voix", max_length=60, default="", blank=True)
    segments = models.PositiveSmallIntegerField("SMS")
    cost_xof = models.BigIntegerField("coût")
    household = models.BigIntegerField("ménage", null=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="lieu")
    programme_code = models.CharField("programme", max_length=40, default="", blank=True)
    organisation = models.CharField("agence", max_length=40, default="", blank=True)
    urgent = models.BooleanField("la nuit aussi", default=False)
    status = models.CharField("état", max_length=10, choices=MESSAGE.choices, default="queued")
    turn = models.PositiveIntegerField("tours", default=0)
    posts = models.PositiveSmallIntegerField("envois", default=0)
    asked = models.PositiveSmallIntegerField("demandes", default=0)
    next_at = models.DateTimeField("à reprendre le", db_default=Now())
    leaves_until = models.DateTimeField("part au plus tard", null=True)
    expires_at = models.DateTimeField("inutile après")
    problem = models.CharField("problème", max_length=160, default="", blank=True)
    provider_reference = models.CharField("référence du fournisseur", max_length=80, default="", blank=True)
    queued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    queued_at = models.DateTimeField("mis en attente le", db_default=Now())
    sent_at = models.DateTimeField("envoyé le", null=True)
    ended_at = models.DateTimeField("fini le", null=True)

    class Meta:
        verbose_name = "message"
        constraints = [
            models.UniqueConstraint(fields=["cause"], name="message_one_per_cause"),
            models.CheckConstraint(condition=~Q(cause=""), name="message_has_a_cause"),
            models.CheckConstraint(condition=Q(segments__gte=1, cost_xof__gte=0), name="message_weight"),
            models.CheckConstraint(condition=Q(status__in=list(MESSAGE.states)), name="message_status"),
            models.CheckConstraint(
                condition=~Q(status="queued") | (~Q(phone_sealed=b"") & ~Q(text_sealed=b"")),
                name="message_to_send_has_phone_and_words",
            ),
            models.CheckConstraint(
                condition=~Q(status="leaving") | Q(leaves_until__isnull=False, posts__gte=1),
                name="message_that_leaves_says_until_when",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(status="queued"), name="message_waiting"),
            models.Index(
                fields=["next_at", "id"], condition=Q(status__in=("leaving", "unclear", "sent")), name="message_to_ask"
            ),
            models.Index(fields=["batch", "status"], name="message_of_a_batch"),
            models.Index(fields=["household"], condition=Q(household__isnull=False), name="message_of_a_household"),
            models.Index(fields=["-queued_at", "-id"], name="message_latest"),
            models.Index(fields=["phone_index"], name="message_to_a_telephone"),
        ]

    @property
    def text(self) -> str:
        """What it says; whoever calls records the reading."""
        return vault().unseal("message", bytes(self.text_sealed))


class Event(models.Model):
    """A change of state of a message, written by the database."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    status = models.CharField("état", max_length=10, choices=MESSAGE.choices)
    problem = models.CharField("problème", max_length=160, default="", blank=True)
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "suite d’un message"


class Report(models.Model):
    """A report of the provider on one message, as it was signed; the same twice is one row."""

    body_hash = models.CharField("empreinte", max_length=64, unique=True)
    reference = models.UUIDField("référence", db_index=True)
    said = models.CharField("dit", max_length=10)
    reason = models.CharField("motif", max_length=160, default="", blank=True)
    received_at = models.DateTimeField("reçu le", db_default=Now())

    class Meta:
        verbose_name = "compte rendu de remise"


class OptOut(models.Model):
    """Somebody who wants no message: the blind index of their telephone, and nothing that names it."""

    class Means(models.TextChoices):
        SMS = "sms", "par SMS"
        DESK = "desk", "au guichet"

    phone_index = IndexField("téléphone, index aveugle")
    means = models.CharField("comment", max_length=4, choices=Means)
    since = models.DateTimeField("depuis", db_default=Now())
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("jusqu’au", null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "désinscription"
        constraints = [
            models.UniqueConstraint(fields=["phone_index"], condition=Q(ended_at__isnull=True), name="optout_once"),
            models.CheckConstraint(condition=~Q(phone_index=b""), name="optout_of_a_telephone"),
        ]


class Inbound(models.Model):
    """A message that somebody sent us, kept as it came."""

    provider_reference = models.CharField("référence du fournisseur", max_length=80, unique=True)
    sender = models.CharField("reçu sous", max_length=20, default="", blank=True)
    phone_sealed = SealedField("téléphone, chiffré", kind="phone", default=b"")
    phone_index = IndexField("téléphone, index aveugle", default=b"", db_index=True)
    phone = secret("phone", "phone_sealed", "phone_index")
    text_sealed = SealedField("texte, chiffré", kind="message", default=b"")
    did = models.CharField("ce que cela a fait", max_length=10, default="", blank=True)
    received_at = models.DateTimeField("reçu le", db_default=Now())

    class Meta:
        verbose_name = "message reçu"

    @property
    def text(self) -> str:
        """What it says; whoever calls records the reading."""
        return vault().unseal("message", bytes(self.text_sealed))
