"""Enrolments: a household in a component, its recipient, its means of payment, its first and last term."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from jigi.geography.models import Area
from jigi.programmes.models import Agency, Component
from jigi.registry.models import Household, Person
from jigi.targeting.models import TargetingRound


class Cohort(models.Model):
    """Households enrolled together, from one decision, starting at one term."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField("cohorte", max_length=120)
    targeting_round = models.ForeignKey(
        TargetingRound, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="campagne"
    )
    first_term = models.PositiveSmallIntegerField("première échéance")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("créée le", db_default=models.functions.Now())

    class Meta:
        verbose_name = "cohorte"
        constraints = [models.UniqueConstraint(fields=["component", "name"], name="cohort_name_once")]

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """The decision that a household receives a component; one live enrolment per household and component."""

    class Status(models.TextChoices):
        ACTIVE = "active", "actif"
        SUSPENDED = "suspended", "suspendu"
        EXITED = "exited", "sorti"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="enrolments")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="enrolments")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="allocataire")
    alternate = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="suppléant"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    account = models.CharField("compte ou téléphone", max_length=40, default="", blank=True)
    pay_point = models.CharField("site de paiement", max_length=120)
    first_term = models.PositiveSmallIntegerField("première échéance")
    last_term = models.PositiveSmallIntegerField("dernière échéance")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.ACTIVE)
    exit_reason = models.CharField("motif de sortie", max_length=80, default="", blank=True)
    enrolled_at = models.DateTimeField("inscrit le", db_default=models.functions.Now())
    exited_at = models.DateTimeField("sorti le", null=True)

    class Meta:
        verbose_name = "inscription"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "component"],
                condition=~Q(status="exited"),
                name="one_live_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(last_term__gte=F("first_term"), first_term__gte=1), name="enrolment_terms_in_order"
            ),
            models.CheckConstraint(
                condition=Q(status="exited", exited_at__isnull=False) & ~Q(exit_reason="")
                | ~Q(status="exited") & Q(exited_at__isnull=True),
                name="enrolment_exit_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["component", "commune", "status"], name="enrolment_by_place")]
