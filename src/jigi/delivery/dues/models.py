"""The table of dues."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.hands import hand, later_hand
from jigi.enrolment.models import Enrolment
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person


class Due(models.Model):
    """What a person has earned once, in FCFA: the approved days of a sheet, a released instalment.

    `cause` is the number of the row that earned it, of its `sort`: a cause earns once. A due that a round has taken
    (payments) is not cancelled; before that it is, with who and why.
    """

    class Sort(models.TextChoices):
        WORKS = "works", "salaire de travaux"
        GRANTS = "grants", "tranche de subvention"

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="dues", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="dues")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="personne")
    amount_xof = models.BigIntegerField("montant")
    label = models.CharField("libellé", max_length=160)
    earned_on = models.DateField("gagné le")
    sort = models.CharField("nature", max_length=8, choices=Sort)
    cause = models.BigIntegerField("ce qui l’a fait gagner")
    made_by = hand("proposé par")
    approved_by = hand("approuvé par")
    approved_at = models.DateTimeField("approuvé le", db_default=Now())
    cancelled_by = later_hand("annulé par")
    cancelled_at = models.DateTimeField("annulé le", null=True)
    cancelled_why = models.CharField("motif d’annulation", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "droit acquis"
        constraints = [
            models.UniqueConstraint(fields=["sort", "cause"], name="due_cause_earns_once"),
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="due_amount_is_positive"),
            models.CheckConstraint(condition=~Q(approved_by=F("made_by")), name="due_approved_by_another"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_why="")
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancelled_why=""),
                name="due_cancelled_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["component", "enrolment"], name="due_live", condition=Q(cancelled_at=None))]
