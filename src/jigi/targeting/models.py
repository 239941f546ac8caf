"""Campaigns of targeting: scoring formulas, quotas, community lists, results."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.registry.models import Household


class ScoringFormula(models.Model):
    """A fitted proxy means test: one version of one formula, with its coefficients and measured error."""

    name = models.CharField("formule", max_length=60)
    version = models.PositiveIntegerField("version")
    survey = models.CharField("ajustée sur", max_length=40)
    definition = models.TextField("définition (TOML)")
    coefficients = models.JSONField("coefficients")
    rows = models.PositiveIntegerField("ménages de l’enquête")
    r2 = models.FloatField("R² hors échantillon")
    error_20 = models.FloatField("erreur à 20 %")
    error_40 = models.FloatField("erreur à 40 %")
    fitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fitted_at = models.DateTimeField("ajustée le", db_default=Now())

    class Meta:
        verbose_name = "formule de score"
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="formula_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class TargetingRound(models.Model):
    """A targeting campaign (campagne de ciblage): areas, quotas, lists, scores, a frozen result.

    `where_they_stay`: households that a crisis displaced are of the campaign's villages where they stay, not of those
    that they left.
    """

    class Status(models.TextChoices):
        OPEN = "open", "ouverte"
        RANKED = "ranked", "classée"
        FROZEN = "frozen", "gelée"

    name = models.CharField("campagne", max_length=120, unique=True)
    programme_code = models.CharField("programme", max_length=40)
    formula = models.ForeignKey(ScoringFormula, on_delete=models.PROTECT, null=True, related_name="rounds")
    quota_total = models.PositiveIntegerField("quota total")
    poverty_exponent = models.FloatField("poids de la pauvreté", default=1)
    population_exponent = models.FloatField("poids de la population", default=1)
    where_they_stay = models.BooleanField("déplacés où ils séjournent", default=False, db_default=False)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("ouverte le", db_default=Now())
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField("gelée le", null=True)
    result_hash = models.CharField("empreinte du résultat", max_length=64, default="", blank=True)

    class Meta:
        verbose_name = "campagne de ciblage"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="frozen", frozen_by__isnull=False, frozen_at__isnull=False) & ~Q(result_hash="")
                | ~Q(status="frozen"),
                name="targeting_frozen_is_signed",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TargetingCommune(models.Model):
    """A commune where a campaign takes place."""

    targeting_round = models.ForeignKey(TargetingRound, on_delete=models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["targeting_round", "commune"], name="targeting_commune_once")]


class Quota(models.Model):
    """How many households of a village may be chosen, and from which figures."""

    targeting_round = models.ForeignKey(TargetingRound, on_delete=models.CASCADE, related_name="quotas")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    population = models.BigIntegerField("population")
    poverty_rate = models.FloatField("taux de pauvreté")
    places = models.PositiveIntegerField("places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["targeting_round", "village"], name="quota_once")]


class ListedHousehold(models.Model):
    """A household put forward by its village committee, with its rank and the reasons."""

    # Its uniqueness is its index: a list of a million writes each index for every row.
    targeting_round = models.ForeignKey(TargetingRound, on_delete=models.CASCADE, related_name="listed", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField("rang du comité")
    food_insecurity = models.BooleanField("insécurité alimentaire")
    income_source = models.BooleanField("source de revenu")
    production_tools = models.BooleanField("outils de production")
    household_composition = models.BooleanField("taille et composition")
    reason = models.TextField("motif", default="", blank=True)
    file_name = models.CharField("fichier", max_length=200)
    line = models.BigIntegerField("ligne")

    class Meta:
        verbose_name = "ménage listé"
        constraints = [
            models.UniqueConstraint(fields=["targeting_round", "household"], name="listed_once"),
        ]


class LeftOut(models.Model):
    """A household of the campaign's communes that a list made from the register leaves out, and why."""

    class Reason(models.TextChoices):
        ENROLLED = "enrolled", "déjà inscrit"
        HELPED = "helped", "déjà aidé"
        TOO_OLD = "too_old", "données trop anciennes"
        OTHER_MEANS = "other_means", "autre moyen d’existence"
        NO_VILLAGE = "no_village", "sans village au registre"

    # Its uniqueness is its index: a large list writes each index for every row.
    targeting_round = models.ForeignKey(
        TargetingRound, on_delete=models.CASCADE, related_name="left_out", db_index=False
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("motif", max_length=14, choices=Reason)

    class Meta:
        verbose_name = "ménage écarté d’une liste"
        constraints = [
            models.UniqueConstraint(fields=["targeting_round", "household"], name="left_out_once"),
            models.CheckConstraint(
                condition=Q(reason__in=("enrolled", "helped", "too_old", "other_means", "no_village")),
                name="left_out_has_a_reason",
            ),
        ]


class Result(models.Model):
    """What a campaign says of a household: its score, its place, chosen or not, and why."""

    class Reason(models.TextChoices):
        WITHIN_QUOTA = "within_quota", "dans le quota du village"
        BEYOND_QUOTA = "beyond_quota", "au-delà du quota du village"
        NOT_LISTED = "not_listed", "non proposé par le comité"
        NO_SCORE = "no_score", "questionnaire incomplet"
        ENROLLED = "enrolled", "déjà inscrit"
        HELPED = "helped", "déjà aidé"
        TOO_OLD = "too_old", "données trop anciennes"
        OTHER_MEANS = "other_means", "autre moyen d’existence"

    # The indexes below begin with these two.
    targeting_round = models.ForeignKey(
        TargetingRound, on_delete=models.CASCADE, related_name="results", db_index=False
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    committee_rank = models.PositiveIntegerField("rang du comité", null=True)
    score = models.FloatField("score", null=True)
    position = models.PositiveIntegerField("place dans le village", null=True)
    selected = models.BooleanField("retenu")
    reason = models.CharField("motif", max_length=14, choices=Reason)

    class Meta:
        verbose_name = "résultat de ciblage"
        constraints = [
            models.UniqueConstraint(fields=["targeting_round", "household"], name="result_once"),
            models.CheckConstraint(
                condition=Q(selected=True, reason="within_quota", position__isnull=False)
                | Q(selected=False) & ~Q(reason="within_quota"),
                name="result_chosen_has_a_place",
            ),
        ]
        indexes = [
            models.Index(F("household"), F("targeting_round"), name="result_by_household"),
            models.Index(fields=["targeting_round", "village", "position"], name="result_by_village"),
        ]
