"""Activations, their areas, renewals and lessons. Arms and scenarios are in files of their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.programmes.models import Agreement
from jigi.response.arm_models import AgencyLine as AgencyLine  # tables of this package too
from jigi.response.arm_models import Arm as Arm
from jigi.response.scenario_models import Scenario as Scenario
from jigi.response.scenario_models import ScenarioArea as ScenarioArea
from jigi.response.states import ACTIVATION
from jigi.shocks.models import Alert, Trigger


class Activation(models.Model):
    """The decision to help after a shock (contingent-emergency procedure): asked by one person, decided by another.

    `ceiling_xof` is the most that all its arms may release (sql/ceiling.sql). It ends on `sunset_on`, which only a
    confirmed renewal moves. `signalled_on` is the day of the signal that the promise of speed counts from.
    """

    class Hazard(models.TextChoices):
        DROUGHT = "drought", "sécheresse et soudure"
        FLOOD = "flood", "inondation"
        CONFLICT = "conflict", "conflit et déplacement"
        EPIDEMIC = "epidemic", "épidémie"
        PRICES = "prices", "hausse des prix"
        OTHER = "other", "autre"

    number = models.CharField("numéro", max_length=40, unique=True)
    title = models.CharField("intitulé", max_length=200)
    hazard = models.CharField("choc", max_length=10, choices=Hazard)
    signalled_on = models.DateField("signalé le")
    trigger = models.ForeignKey(
        Trigger, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="déclencheur"
    )
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="alerte")
    request_reference = models.CharField("demande de mise en œuvre", max_length=160)
    plan_reference = models.CharField("plan national de réponse", max_length=160)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="+", verbose_name="convention, ou sa composante d’urgence"
    )
    ceiling_xof = models.BigIntegerField("plafond")
    starts_on = models.DateField("du")
    sunset_on = models.DateField("fin prévue")
    reasons = models.TextField("motifs")
    status = models.CharField("état", max_length=10, choices=ACTIVATION.choices, default="draft")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="préparée par"
    )
    made_at = models.DateTimeField("préparée le", db_default=Now())
    asked_at = models.DateTimeField("demandée le", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="décidée par"
    )
    decided_at = models.DateTimeField("décidée le", null=True)
    decision = models.TextField("motifs de la décision", default="", blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="close par"
    )
    closed_at = models.DateTimeField("close le", null=True)

    class Meta:
        verbose_name = "réponse à un choc"
        constraints = [
            models.CheckConstraint(condition=Q(ceiling_xof__gt=0), name="activation_ceiling_is_positive"),
            models.CheckConstraint(condition=Q(sunset_on__gt=F("starts_on")), name="activation_sunset_after_start"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "asked", "cancelled"), decided_by=None, decided_at=None)
                | Q(status__in=("active", "refused", "closed"), decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision=""),
                name="activation_decision_is_signed",
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("made_by")), name="activation_decided_by_another"),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_at=None) & ~Q(status="closed")
                | Q(closed_by__isnull=False, closed_at__isnull=False, status="closed"),
                name="activation_closing_is_signed",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="activation_has_reasons"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "cancelled")) | Q(asked_at__isnull=False),
                name="activation_asked_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Hand(models.Model):
    """Somebody who had a part in a request (prepared, corrected, said a place, asked, asked to prolong): no such person
    decides it, prolongs it or closes it, whatever their role becomes."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="hands")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "main d’une demande"
        constraints = [models.UniqueConstraint(fields=["activation", "user"], name="hand_once")]


class ActivationArea(models.Model):
    """A place that the decision keeps or leaves out, and why: a rule proposes, a person decides.

    `proposed` says whether the trigger had picked it on the day; one that it had not may be kept, with the reason.
    """

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="areas")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="lieu")
    proposed = models.BooleanField("proposé par le déclencheur")
    kept = models.BooleanField("retenu")
    in_need = models.BigIntegerField("personnes en phases 3 à 5", null=True)
    reason = models.CharField("motif", max_length=500)

    class Meta:
        verbose_name = "lieu d’une réponse"
        constraints = [
            models.UniqueConstraint(fields=["activation", "area"], name="activation_area_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="activation_area_has_a_reason"),
        ]


class Renewal(models.Model):
    """A later sunset, asked by one person and confirmed by another; the first date stays readable here."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="renewals")
    was = models.DateField("fin d’avant")
    becomes = models.DateField("nouvelle fin")
    reason = models.CharField("motif", max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandé le", db_default=Now())
    confirmed = models.BooleanField("confirmé", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("décidé le", null=True)

    class Meta:
        verbose_name = "prolongation d’une réponse"
        constraints = [
            models.CheckConstraint(condition=Q(becomes__gt=F("was")), name="renewal_is_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="renewal_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed=None, decided_by=None, decided_at=None)
                | Q(confirmed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="renewal_decision_is_signed",
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="renewal_decided_by_another"),
            models.UniqueConstraint(
                fields=["activation"], condition=Q(confirmed__isnull=True), name="renewal_waits_once"
            ),
        ]


class Lesson(models.Model):
    """What was learnt of a response, and what should change; withdrawn rather than deleted."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="lessons")
    text = models.TextField("leçon")
    action = models.TextField("ce qui doit changer", default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("écrite le", db_default=Now())
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "leçon d’une réponse"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="lesson_says_something")]


class Document(models.Model):
    """A signed paper of a response, made anew; `sha256` is the digest of the file as it was sent. Withdrawn rather than
    deleted."""

    class Paper(models.TextChoices):
        REQUEST = "request", "demande de mise en œuvre"
        PLAN = "plan", "plan national de réponse"
        DECISION = "decision", "décision signée"
        RENEWAL = "renewal", "prolongation signée"
        OTHER = "other", "autre pièce"

    class Kind(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "photographie JPEG"
        PNG = "image/png", "image PNG"

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="documents")
    paper = models.CharField("pièce", max_length=10, choices=Paper)
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("type", max_length=20, choices=Kind)
    sha256 = models.CharField("empreinte", max_length=64)
    content = models.BinaryField("contenu")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("jointe le", db_default=Now())
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "pièce d’une réponse"
        constraints = [
            models.UniqueConstraint(
                fields=["activation", "paper", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="response_document_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("application/pdf", "image/jpeg", "image/png")), name="response_document_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name
