"""Alerts: messages of the Common Alerting Protocol, version 1.2 (OASIS, 1 July 2010), and the places they speak of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.geography.models import Area


class Alert(models.Model):
    """A message as it was sent, known by (sender, identifier, sent); `replaced_by`: the update or cancel that names it.

    `status` and `message_type` are CAP's words. The times of the first `info` block in French, at default of any.
    `content` is the XML as received, `sha256` its digest. One taken by mistake is withdrawn, and stays to be read.
    """

    class MessageType(models.TextChoices):
        ALERT = "Alert", "alerte"
        UPDATE = "Update", "mise à jour"
        CANCEL = "Cancel", "annulation"
        ACK = "Ack", "accusé de réception"
        ERROR = "Error", "rejet"

    class Severity(models.TextChoices):
        EXTREME = "Extreme", "extrême"
        SEVERE = "Severe", "sévère"
        MODERATE = "Moderate", "modérée"
        MINOR = "Minor", "mineure"
        UNKNOWN = "Unknown", "inconnue"

    class Nature(models.TextChoices):
        ACTUAL = "Actual", "réelle"
        EXERCISE = "Exercise", "exercice"
        SYSTEM = "System", "message de service"
        TEST = "Test", "essai"
        DRAFT = "Draft", "brouillon"

    identifier = models.CharField("identifiant", max_length=200)
    sender = models.CharField("émetteur", max_length=200)
    sent_at = models.DateTimeField("émise le")
    status = models.CharField("nature du message", max_length=10, choices=Nature)
    message_type = models.CharField("type", max_length=10, choices=MessageType)
    references = models.TextField("messages visés", default="", blank=True)
    event = models.CharField("événement", max_length=200, default="", blank=True)
    category = models.CharField("catégorie", max_length=80, default="", blank=True)
    urgency = models.CharField("urgence", max_length=12, default="", blank=True)
    severity = models.CharField("gravité", max_length=12, choices=Severity, default="", blank=True)
    certainty = models.CharField("certitude", max_length=12, default="", blank=True)
    headline = models.TextField("titre", default="", blank=True)
    description = models.TextField("description", default="", blank=True)
    instruction = models.TextField("consigne", default="", blank=True)
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au", null=True)
    all_clear = models.BooleanField("fin d’alerte", default=False)
    content = models.BinaryField("message")
    sha256 = models.CharField("empreinte", max_length=64)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces", verbose_name="remplacée par"
    )
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField("reçue le", db_default=Now())
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="retirée par"
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "alerte"
        constraints = [
            models.UniqueConstraint(fields=["sender", "identifier", "sent_at"], name="alert_once"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="alert_ends_after"
            ),
            models.CheckConstraint(condition=~Q(replaced_by=F("id")), name="alert_replaced_by_another"),
            models.CheckConstraint(
                condition=Q(status__in=("Actual", "Exercise", "System", "Test", "Draft")), name="alert_status"
            ),
            models.CheckConstraint(
                condition=Q(message_type__in=("Alert", "Update", "Cancel", "Ack", "Error")), name="alert_type"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=("", "Extreme", "Severe", "Moderate", "Minor", "Unknown")),
                name="alert_severity",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="alert_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["sent_at"], name="alert_by_time")]

    def __str__(self) -> str:
        return self.headline or self.event or self.identifier


class AlertArea(models.Model):
    """A place that an alert speaks of, and by what: its code, its name, or an outline that covers it."""

    class How(models.TextChoices):
        GEOCODE = "geocode", "code de lieu"
        NAME = "name", "nom"
        POLYGON = "polygon", "polygone"
        CIRCLE = "circle", "cercle"

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="places")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="lieu")
    how = models.CharField("trouvé par", max_length=8, choices=How, default="", blank=True)
    said = models.TextField("lieu écrit dans le message")
    outline = models.JSONField("contour", null=True)

    class Meta:
        verbose_name = "lieu d’une alerte"
        constraints = [
            models.UniqueConstraint(fields=["alert", "area"], condition=Q(area__isnull=False), name="alert_area_once"),
            models.CheckConstraint(
                condition=Q(area__isnull=True, how="")
                | Q(area__isnull=False, how__in=("geocode", "name", "polygon", "circle")),
                name="alert_area_says_how",
            ),
        ]
