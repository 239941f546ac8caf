"""Verification exercises, the checks they ask, and findings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person


class Exercise(models.Model):
    """Asking the paid of a round, all or a sample, whether they received their money. Its draw never changes."""

    class Mode(models.TextChoices):
        PHONE = "phone", "téléphone"
        VISIT = "visit", "visite"
        SMS = "sms", "SMS"

    payment_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="exercises")
    mode = models.CharField("moyen", max_length=6, choices=Mode)
    everyone = models.BooleanField("tous les payés", default=False)
    confidence = models.PositiveSmallIntegerField("confiance (%)", null=True)
    margin_tenths = models.PositiveSmallIntegerField("marge (dixièmes de point)", null=True)
    expected = models.PositiveSmallIntegerField("part attendue (%)", null=True)
    effect_tenths = models.PositiveSmallIntegerField("effet de grappe (dixièmes)", null=True)
    per_village = models.PositiveSmallIntegerField("par village", null=True)
    seed = models.CharField("graine du tirage", max_length=32)
    population = models.BigIntegerField("ordres payés")
    villages = models.BigIntegerField("villages", default=0)
    drawn = models.BigIntegerField("à vérifier")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("tiré le", db_default=Now())
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("clos le", null=True)

    class Meta:
        verbose_name = "vérification après paiement"
        constraints = [
            models.CheckConstraint(
                condition=Q(everyone=True)
                | Q(confidence__isnull=False, margin_tenths__gte=1, expected__gte=1, expected__lte=99,
                    effect_tenths__gte=10),
                name="exercise_sample_has_a_precision",
            ),
            models.CheckConstraint(condition=Q(drawn__gte=1, drawn__lte=models.F("population")), name="exercise_draws"),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="exercise_closing_is_signed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Vérification de {self.payment_round}"


class Exclusion(models.Model):
    """A commune that an exercise leaves out, and why; its paid are not of the population."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="exclusions")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    why = models.CharField("motif", max_length=200)

    class Meta:
        verbose_name = "commune écartée d’une vérification"
        constraints = [
            models.UniqueConstraint(fields=["exercise", "commune"], name="exclusion_once"),
            models.CheckConstraint(condition=~Q(why=""), name="exclusion_says_why"),
        ]


class Check(models.Model):
    """One paid order to verify, and what the person said."""

    class Result(models.TextChoices):
        WAITING = "", "à demander"
        RECEIVED = "received", "reçu"
        NOT_RECEIVED = "not_received", "pas reçu"
        OTHER_AMOUNT = "other_amount", "autre montant"
        UNKNOWN = "unknown", "ne sait pas, introuvable"

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="checks")
    rank = models.BigIntegerField("rang du tirage")
    instruction_id = models.BigIntegerField("ordre de paiement")
    origin_round_id = models.BigIntegerField("tour d’origine")
    reference = models.CharField("référence", max_length=30)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    village_size = models.BigIntegerField("payés du village")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    amount_xof = models.BigIntegerField("montant ordonné")
    result = models.CharField("résultat", max_length=12, choices=Result, default="", blank=True)
    told_xof = models.BigIntegerField("montant dit", null=True)
    asked_on = models.DateField("demandé le", null=True)
    note = models.CharField("observation", max_length=200, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "ordre à vérifier"
        constraints = [
            models.UniqueConstraint(fields=["exercise", "rank"], name="check_rank_once"),
            models.UniqueConstraint(fields=["exercise", "instruction_id", "origin_round_id"], name="check_order_once"),
            models.CheckConstraint(
                condition=Q(result="", by__isnull=True, asked_on__isnull=True)
                | ~Q(result="") & Q(by__isnull=False, asked_on__isnull=False),
                name="check_result_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(result="other_amount", told_xof__gte=1) & ~Q(told_xof=models.F("amount_xof"))
                | ~Q(result="other_amount") & Q(told_xof__isnull=True),
                name="check_other_amount_is_said",
            ),
        ]


class Finding(models.Model):
    """Something wrong with a payment, by an answer or by a rule, until a person has dealt with it."""

    class Rule(models.TextChoices):
        NOT_RECEIVED = "not_received", "dit n’avoir rien reçu"
        OTHER_AMOUNT = "other_amount", "dit avoir reçu un autre montant"
        SHARED_ACCOUNT = "shared_account", "même compte pour plusieurs ménages"
        TWO_PLACES = "two_places", "même allocataire payé dans deux communes"
        STAFF = "staff", "porte le nom d’un agent affecté dans sa commune"
        OFF_SCHEDULE = "off_schedule", "montant hors barème"
        CHILD = "child", "allocataire mineur"
        DECEASED = "deceased", "payé après le décès de l’allocataire"

    payment_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField("règle", max_length=15, choices=Rule)
    instruction_id = models.BigIntegerField("ordre de paiement")
    origin_round_id = models.BigIntegerField("tour d’origine")
    reference = models.CharField("référence", max_length=30)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    amount_xof = models.BigIntegerField("montant")
    says = models.CharField("ce qui est constaté", max_length=200)
    found_at = models.DateTimeField("constaté le", db_default=Now())
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("traité le", null=True)
    why = models.CharField("ce qui a été fait", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "constat"
        constraints = [
            models.UniqueConstraint(
                fields=["payment_round", "rule", "instruction_id", "origin_round_id"], name="finding_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True, why="")
                | Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(why=""),
                name="finding_closing_is_signed",
            ),
        ]
