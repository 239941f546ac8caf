"""Distributions: their plan by village, site and day, the list drawn from the census, and each ration handed out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.delivery.nutrition.census_models import CensusEntry
from jigi.delivery.nutrition.states import DISTRIBUTION
from jigi.delivery.nutrition.stock_models import Category, Product, RationScale, StockPlace
from jigi.geography.models import Area
from jigi.registry.models import Household, Person
from jigi.sheets.models import Printing


class Distribution(models.Model):
    """One distribution of a contract, for so many months of rations by a scale; another person approves its plan."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="distributions", verbose_name="contrat"
    )
    number = models.PositiveSmallIntegerField("numéro")
    scale = models.ForeignKey(RationScale, on_delete=models.PROTECT, related_name="+", verbose_name="barème")
    months = models.PositiveSmallIntegerField("mois de ration")
    status = models.CharField("état", max_length=10, choices=DISTRIBUTION.choices, default="draft")
    made_by = hand("préparée par")
    made_at = models.DateTimeField("préparée le", db_default=Now())
    approved_by = later_hand("approuvée par")
    approved_at = models.DateTimeField("approuvée le", null=True)
    closed_by = later_hand("close par")
    closed_at = models.DateTimeField("close le", null=True)

    class Meta:
        verbose_name = "distribution"
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="distribution_number_once"),
            models.CheckConstraint(condition=Q(months__range=(1, 12), number__gte=1), name="distribution_months"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "approved", "closed", "cancelled")), name="distribution_status"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("approved", "closed"))
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=models.F("made_by")),
                name="distribution_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="distribution_closing_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"Distribution {self.number}"


class DistributionStop(models.Model):
    """A village that comes to a site on a day, once in a distribution; the numbered sheet that was printed for it."""

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="stops")
    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="+", verbose_name="site")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="village")
    day = models.DateField("jour")
    printing = models.ForeignKey(
        Printing, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="feuille numérotée"
    )

    class Meta:
        verbose_name = "passage d’une distribution"
        constraints = [models.UniqueConstraint(fields=["distribution", "village"], name="distribution_village_once")]


class DistributionLine(models.Model):
    """A person expected at a distribution, with the ration of the scale. `verdict` unsure: the age is looked at first.

    `rank` is the number printed on the sheet.
    """

    class Verdict(models.TextChoices):
        YES = "yes", "dans la fenêtre"
        UNSURE = "unsure", "âge à vérifier"

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="lines")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    stop = models.ForeignKey(DistributionStop, on_delete=models.PROTECT, related_name="lines", verbose_name="passage")
    rank = models.PositiveIntegerField("n°")
    entry = models.ForeignKey(CensusEntry, on_delete=models.PROTECT, related_name="lines", verbose_name="personne")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="ménage"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="membre")
    category = models.CharField("catégorie", max_length=6, choices=Category)
    verdict = models.CharField("éligibilité", max_length=6, choices=Verdict)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name="produit")
    grams = models.BigIntegerField("ration (g)")

    class Meta:
        verbose_name = "ligne d’une distribution"
        constraints = [
            models.UniqueConstraint(fields=["distribution", "rank"], name="distribution_rank_once"),
            models.UniqueConstraint(fields=["distribution", "entry"], name="distribution_entry_once"),
            models.UniqueConstraint(
                fields=["distribution", "person"], condition=Q(person__isnull=False), name="distribution_person_once"
            ),
            models.CheckConstraint(condition=Q(grams__gt=0), name="distribution_ration_is_something"),
            models.CheckConstraint(condition=Q(verdict__in=("yes", "unsure")), name="distribution_nobody_out"),
        ]


class Handout(models.Model):
    """A ration handed out: to the person of the line, or to who came for them. Its movements say of which lots.

    It is never changed but cancelled, once, with its grams given back to the site; the line may then be served again.
    """

    class Receiver(models.TextChoices):
        SELF = "self", "la personne, ou la mère de l’enfant"
        PROXY = "proxy", "un mandataire"

    number = models.UUIDField("numéro", unique=True)
    line = models.ForeignKey(DistributionLine, on_delete=models.PROTECT, related_name="handouts", verbose_name="ligne")
    distribution = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="handouts")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="ménage"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="membre")
    receiver = models.CharField("retiré par", max_length=5, choices=Receiver)
    proxy_name = models.CharField("mandataire", max_length=120, default="", blank=True)
    age_checked = models.BooleanField("âge vérifié", default=False)
    held_on = models.DateField("remis le")
    act = models.ForeignKey(
        "delivery.StockAct", on_delete=models.PROTECT, related_name="handouts", verbose_name="opération"
    )
    made_by = hand("noté par")
    made_at = models.DateTimeField("noté le", db_default=Now())
    cancelled_at = models.DateTimeField("annulé le", null=True)
    cancelled_by = later_hand("annulé par")
    cancel_reason = models.CharField("motif d’annulation", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "ration remise"
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(cancelled_at__isnull=True), name="handout_once_a_line"
            ),
            models.CheckConstraint(
                condition=Q(receiver="self", proxy_name="") | Q(receiver="proxy") & ~Q(proxy_name=""),
                name="handout_proxy_is_named",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancel_reason="")
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason=""),
                name="handout_cancel_is_signed",
            ),
        ]
