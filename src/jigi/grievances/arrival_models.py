"""What came by a channel that nobody answers, or from a telephone of the field, and what it became: once each; and
what was recorded of a complaint.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.foundation.sealed import SealedField
from jigi.grievances.case_models import Case
from jigi.intake.models import Submission
from jigi.messaging.models import Inbound


class Arrival(models.Model):
    """A message, a call or a questionnaire, known by its `key`: the same never makes two cases (sql/arrivals.sql)."""

    class Became(models.TextChoices):
        COMPLAINT = "complaint", "une plainte"
        FOLLOWED = "followed", "une réponse sur sa suite"
        SHORT = "short", "trop court : il a été dit comment faire"
        NOTHING = "nothing", "rien"
        LIMITED = "limited", "rien : trop de demandes"
        REFUSED = "refused", "rien : refusé"
        AWAITED = "awaited", "son attendu"
        HELD = "held", "à corriger"
        DROPPED = "dropped", "écarté"

    key = models.CharField("clé", max_length=80, unique=True)
    inbound = models.OneToOneField(Inbound, on_delete=models.PROTECT, null=True, related_name="+")
    fiche = models.OneToOneField(
        Submission, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="questionnaire"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="envoyé par"
    )
    became = models.CharField("ce qu’il est devenu", max_length=10, choices=Became, default=Became.NOTHING)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="arrivals", verbose_name="plainte")
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "arrivée d’une plainte"
        constraints = [
            models.CheckConstraint(
                condition=Q(became="complaint", case__isnull=False) | ~Q(became="complaint") & Q(case__isnull=True),
                name="grievance_arrival_has_its_case",
            ),
            models.CheckConstraint(
                condition=Q(fiche__isnull=True) | Q(sent_by__isnull=False), name="grievance_arrival_says_who_sent_it"
            ),
        ]


class ArrivalFault(models.Model):
    """What is wrong of a questionnaire, by question ("" for the whole), and the `value` put in its place, if any."""

    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="faults", verbose_name="arrivée")
    question = models.CharField("question", max_length=40, default="", blank=True)
    what = models.CharField("ce qui ne va pas", max_length=300, default="", blank=True)
    remedy = models.CharField("que faire", max_length=300, default="", blank=True)
    value = models.CharField("corrigé en", max_length=120, default="", blank=True)

    class Meta:
        verbose_name = "faute d’un questionnaire"
        constraints = [
            models.UniqueConstraint(fields=["arrival", "question"], name="grievance_fault_once"),
            models.CheckConstraint(condition=~Q(what="", value=""), name="grievance_fault_of_something"),
        ]


class Recording(models.Model):
    """What was recorded of a complaint: a sound, sealed. `digest` is that of the file as it came."""

    MOST_BYTES = 5 * 1024 * 1024
    MOST_EACH = 5

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recordings", verbose_name="plainte")
    kind = models.CharField("type", max_length=40)
    size = models.PositiveIntegerField("octets")
    digest = models.CharField("empreinte", max_length=64)
    content_sealed = SealedField("son, chiffré", kind="grievance", default=b"")
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField("gardé le", db_default=Now())

    class Meta:
        verbose_name = "enregistrement d’une plainte"
        constraints = [
            models.UniqueConstraint(fields=["case", "digest"], name="grievance_recording_once"),
            models.CheckConstraint(
                condition=Q(kind__startswith="audio/", size__gte=1, size__lte=5 * 1024 * 1024),
                name="grievance_recording_is_a_sound",
            ),
        ]
