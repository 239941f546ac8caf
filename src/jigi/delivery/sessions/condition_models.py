"""Conditions on attendance, their reviews term by term, what each found of a household, and appeals."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.hands import hand, later_hand
from jigi.delivery.sessions.states import APPEAL, REVIEW
from jigi.delivery.withholding.models import Withholding
from jigi.enrolment.models import Enrolment
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.registry.models import Household


class Condition(models.Model):
    """What a reviewed file asks of the households of a component: `least` sessions in a term.

    Soft: reported, and never more. Hard: the entitlement of the term that follows is blocked, or reduced by
    `percent`. `themes` are the codes that count; none means all of them. A later file retires it; its reviews stay.
    """

    class Hardness(models.TextChoices):
        SOFT = "soft", "suivie, sans effet"
        HARD = "hard", "avec effet sur le droit"

    class Effect(models.TextChoices):
        NONE = "", "aucun"
        BLOCK = "block", "le droit suivant est suspendu"
        REDUCE = "reduce", "le droit suivant est réduit"

    class Who(models.TextChoices):
        HOUSEHOLD = "household", "quelqu’un du ménage"
        MOTHER = "mother", "une mère d’enfant de moins de cinq ans"

    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("condition", max_length=200)
    paid = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", verbose_name="composante payée")
    followed = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", verbose_name="composante suivie"
    )
    hardness = models.CharField("force", max_length=4, choices=Hardness)
    themes = ArrayField(models.CharField(max_length=40), verbose_name="thèmes qui comptent", default=list, blank=True)
    who = models.CharField("qui doit venir", max_length=10, choices=Who)
    least = models.PositiveSmallIntegerField("séances par échéance, au moins")
    effect = models.CharField("effet", max_length=6, choices=Effect, default="", blank=True)
    percent = models.PositiveSmallIntegerField("réduction (%)", default=0)
    appeal_days = models.PositiveSmallIntegerField("jours pour un recours")
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au", null=True)
    author = models.CharField("auteur", max_length=160)
    source = models.CharField("source", max_length=300)
    file_hash = models.CharField("empreinte du fichier", max_length=64)
    retired = models.BooleanField("retirée", default=False)

    class Meta:
        verbose_name = "condition"
        constraints = [
            models.CheckConstraint(condition=Q(least__range=(1, 60)), name="condition_asks_something"),
            models.CheckConstraint(
                condition=Q(hardness="soft", effect="", percent=0)
                | Q(hardness="hard", effect="block", percent=100)
                | Q(hardness="hard", effect="reduce", percent__range=(1, 99)),
                name="condition_effect_is_of_its_force",
            ),
            models.CheckConstraint(condition=Q(appeal_days__range=(7, 120)), name="condition_can_be_appealed"),
        ]

    def __str__(self) -> str:
        return self.name


class ConditionReview(models.Model):
    """A condition looked at for one term: how many households were judged, and what one person proposes of it.

    `judged` = `kept` + `failed` + `excused`: excused are those who were offered no session.
    """

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="reviews")
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", verbose_name="composante payée"
    )
    term = models.PositiveSmallIntegerField("échéance observée")
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    judged = models.BigIntegerField("ménages regardés", default=0)
    kept = models.BigIntegerField("l’ont remplie", default=0)
    failed = models.BigIntegerField("ne l’ont pas remplie", default=0)
    excused = models.BigIntegerField("sans séance offerte", default=0)
    status = models.CharField("état", max_length=10, choices=REVIEW.choices)
    made_by = hand("proposée par")
    made_at = models.DateTimeField("proposée le", db_default=Now())
    decided_by = later_hand("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    decided_why = models.CharField("motif", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "examen d’une condition"
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "term"], condition=~Q(status="dropped"), name="condition_review_once_a_term"
            ),
            models.CheckConstraint(
                condition=Q(judged=F("kept") + F("failed") + F("excused")), name="condition_review_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("proposed", "reported"), decided_by=None, decided_at=None)
                | Q(status__in=("decided", "dropped"), decided_by__isnull=False, decided_at__isnull=False),
                name="condition_review_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="decided") | ~Q(decided_by=F("made_by")), name="condition_review_decided_by_another"
            ),
        ]


class ConditionFinding(models.Model):
    """A household that did not do what a condition asks: so many sessions offered, required, attended."""

    review = models.ForeignKey(ConditionReview, on_delete=models.CASCADE, related_name="findings")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+", db_index=False)
    offered = models.PositiveSmallIntegerField("séances offertes")
    required = models.PositiveSmallIntegerField("séances demandées")
    attended = models.PositiveSmallIntegerField("séances suivies")
    dismissed_by = later_hand("écarté par")
    dismissed_at = models.DateTimeField("écarté le", null=True)
    dismissed_why = models.CharField("écarté parce que", max_length=200, default="", blank=True)
    withholding = models.OneToOneField(Withholding, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField("avis imprimé le", null=True)

    class Meta:
        verbose_name = "constat sur un ménage"
        constraints = [
            models.UniqueConstraint(fields=["review", "enrolment"], name="condition_finding_once"),
            models.CheckConstraint(
                condition=Q(attended__lt=F("required"), required__lte=F("offered")), name="condition_finding_is_short"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_by=None, dismissed_at=None, dismissed_why="")
                | Q(dismissed_by__isnull=False, dismissed_at__isnull=False, withholding=None) & ~Q(dismissed_why=""),
                name="condition_finding_dismissal_is_signed",
            ),
        ]


class ConditionAppeal(models.Model):
    """What a household says against what was withheld, and the decision of a person who had no hand in it."""

    finding = models.ForeignKey(ConditionFinding, on_delete=models.PROTECT, related_name="appeals")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    said_on = models.DateField("dit le")
    said = models.CharField("ce que dit le ménage", max_length=500)
    status = models.CharField("état", max_length=10, choices=APPEAL.choices, default="waiting")
    received_by = hand("reçu par")
    received_at = models.DateTimeField("reçu le", db_default=Now())
    decided_by = later_hand("décidé par")
    decided_at = models.DateTimeField("décidé le", null=True)
    decided_why = models.CharField("réponse", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "recours"
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(status="waiting"), name="condition_appeal_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_by=None, decided_at=None, decided_why="")
                | ~Q(status="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_why=""),
                name="condition_appeal_answer_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("received_by")), name="condition_appeal_heard_by_another"
            ),
        ]
