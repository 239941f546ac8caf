"""The census of a contract: who may receive in its villages, known to the register or counted in by the operator."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.delivery.nutrition.stock_models import Category
from jigi.geography.models import Area
from jigi.registry.models import Household, Person


class CensusEntry(models.Model):
    """A child or a woman of a village, once. A person of the register is named by it alone; another is named here, with
    the consent that they or a parent gave.

    `birth_date` is what the census found, which counts before what the register says. What is known of a pregnancy or
    of breastfeeding is in CensusHealth or in the register's health, never here.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="census", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="village")
    category = models.CharField("catégorie", max_length=6, choices=Category)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="ménage"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="personne")
    name = models.CharField("nom", max_length=120, default="", blank=True)
    guardian = models.CharField("mère ou gardien", max_length=120, default="", blank=True)
    birth_date = models.DateField("naissance", null=True)
    birth_precision = models.CharField("précision", max_length=5, choices=Person.BirthPrecision, null=True)
    consent_on = models.DateField("consentement donné le", null=True)
    made_by = hand("recensé par")
    made_at = models.DateTimeField("recensé le", db_default=Now())
    left_on = models.DateField("retiré le", null=True)
    left_by = later_hand("retiré par")
    left_why = models.CharField("motif du retrait", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "personne recensée"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=("child", "woman")), name="census_category"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, household__isnull=False, name="", guardian="")
                | Q(person__isnull=True, consent_on__isnull=False) & ~Q(name="")
                | Q(person__isnull=True, name="", guardian="", left_on__isnull=False),
                name="census_names_who_consented",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True, birth_precision__isnull=True)
                | Q(birth_date__isnull=False, birth_precision__isnull=False),
                name="census_birth_has_precision",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, left_by__isnull=True, left_why="")
                | Q(left_on__isnull=False, left_by__isnull=False) & ~Q(left_why=""),
                name="census_leaving_is_signed",
            ),
            models.UniqueConstraint(
                fields=["contract", "person"],
                condition=Q(left_on__isnull=True, person__isnull=False),
                name="census_person_once",
            ),
            models.UniqueConstraint(
                fields=["contract", "village", "category", "name", "guardian", "birth_date"],
                condition=Q(left_on__isnull=True, person__isnull=True),
                nulls_distinct=False,
                name="census_name_once",
            ),
        ]
        indexes = [models.Index(fields=["contract", "village"], name="census_by_village")]


class CensusHealth(models.Model):
    """What the health centre said of a woman of the census: no page's role may read it, an act draws lists with it."""

    entry = models.OneToOneField(CensusEntry, on_delete=models.CASCADE, related_name="health", verbose_name="personne")
    due_on = models.DateField("accouchement attendu le", null=True)
    breastfeeding_since = models.DateField("allaite depuis", null=True)
    centre = models.CharField("centre de santé", max_length=120, default="", blank=True)
    made_by = hand("dit par")
    made_at = models.DateTimeField("dit le", db_default=Now())

    class Meta:
        verbose_name = "état dit par le centre de santé"
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(breastfeeding_since__isnull=False),
                name="census_health_says_something",
            )
        ]


class Screening(models.Model):
    """An arm measured, oedema looked for, and where the person was sent: read by few, for a reason, each time noted.

    `muac_mm` is the circumference of the left arm in millimetres (périmètre brachial). What it says is rules.screened.
    """

    class Oedema(models.TextChoices):
        NONE = "none", "aucun"
        MILD = "mild", "+ (pieds)"
        MODERATE = "moderate", "++ (pieds et jambes)"
        SEVERE = "severe", "+++ (généralisés)"

    class Result(models.TextChoices):
        SEVERE = "severe", "malnutrition aiguë sévère"
        MODERATE = "moderate", "malnutrition aiguë modérée"
        AT_RISK = "at_risk", "femme à risque"
        NORMAL = "normal", "normal"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    entry = models.ForeignKey(CensusEntry, on_delete=models.PROTECT, related_name="+", verbose_name="personne")
    category = models.CharField("catégorie", max_length=6, choices=Category)
    day = models.DateField("jour")
    muac_mm = models.PositiveSmallIntegerField("périmètre brachial (mm)", null=True)
    oedema = models.CharField("œdèmes", max_length=8, choices=Oedema, default=Oedema.NONE)
    result = models.CharField("résultat", max_length=8, choices=Result)
    referred_to = models.CharField("référé à", max_length=120, default="", blank=True)
    arrived_on = models.DateField("reçu au centre le", null=True)
    made_by = hand("mesuré par")
    made_at = models.DateTimeField("noté le", db_default=Now())
    cancelled_by = later_hand("annulé par")
    cancel_reason = models.CharField("motif d’annulation", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "dépistage"
        constraints = [
            models.CheckConstraint(
                condition=Q(muac_mm__isnull=False, muac_mm__range=(60, 450))
                | Q(muac_mm__isnull=True) & ~Q(oedema="none"),
                name="screening_measures_something",
            ),
            models.CheckConstraint(
                condition=Q(result="severe") & (~Q(oedema="none") | Q(category="child", muac_mm__lt=115))
                | Q(result="moderate", category="child", oedema="none", muac_mm__gte=115, muac_mm__lt=125)
                | Q(result="at_risk", category="woman", oedema="none", muac_mm__lt=230)
                | Q(result="normal", category="child", oedema="none", muac_mm__gte=125)
                | Q(result="normal", category="woman", oedema="none", muac_mm__gte=230),
                name="screening_result_is_of_its_measures",
            ),
            models.CheckConstraint(
                condition=~Q(result__in=("severe", "moderate")) | ~Q(referred_to=""), name="screening_ill_is_referred"
            ),
            models.CheckConstraint(
                condition=Q(arrived_on__isnull=True) | Q(arrived_on__gte=models.F("day")) & ~Q(referred_to=""),
                name="screening_arrives_after",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by__isnull=True, cancel_reason="")
                | Q(cancelled_by__isnull=False) & ~Q(cancel_reason=""),
                name="screening_cancel_is_signed",
            ),
            models.UniqueConstraint(
                fields=["entry", "day"], condition=Q(cancelled_by__isnull=True), name="screening_once_a_day"
            ),
        ]


class CookingDemonstration(models.Model):
    """A demonstration of cooking held in a village: what was cooked, who came, by count."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="cooking", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="village")
    day = models.DateField("jour")
    recipe = models.CharField("recette", max_length=120)
    facilitator = models.CharField("animatrice", max_length=120)
    women = models.PositiveIntegerField("femmes")
    men = models.PositiveIntegerField("hommes")
    made_by = hand("noté par")
    made_at = models.DateTimeField("noté le", db_default=Now())
    cancelled_by = later_hand("annulé par")
    cancel_reason = models.CharField("motif d’annulation", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "démonstration culinaire"
        constraints = [
            models.CheckConstraint(
                condition=(Q(women__gt=0) | Q(men__gt=0)) & Q(women__lte=5_000, men__lte=5_000),
                name="cooking_somebody_came",
            ),
            models.CheckConstraint(condition=~Q(recipe="") & ~Q(facilitator=""), name="cooking_says_what_and_who"),
            models.CheckConstraint(
                condition=Q(cancelled_by__isnull=True, cancel_reason="")
                | Q(cancelled_by__isnull=False) & ~Q(cancel_reason=""),
                name="cooking_cancel_is_signed",
            ),
            models.UniqueConstraint(
                fields=["contract", "village", "day", "recipe"],
                condition=Q(cancelled_by__isnull=True),
                name="cooking_once",
            ),
        ]
