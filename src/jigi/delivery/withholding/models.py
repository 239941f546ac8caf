"""The table of withholdings."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.hands import hand, later_hand
from jigi.enrolment.models import Enrolment
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.registry.models import Household


class Withholding(models.Model):
    """A term of a household that is blocked, or reduced by `percent`, because a condition was not met.

    One person proposes, another decides; only what is decided and not lifted counts, at the list of the round.
    The household is told the reason and may appeal: an appeal that is upheld lifts it.
    """

    class Effect(models.TextChoices):
        BLOCK = "block", "échéance retenue"
        REDUCE = "reduce", "échéance réduite"

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="withholdings")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    term = models.PositiveSmallIntegerField("échéance")
    effect = models.CharField("effet", max_length=8, choices=Effect)
    percent = models.PositiveSmallIntegerField("part retenue (%)")
    rule = models.CharField("règle", max_length=40)
    reason = models.CharField("motif", max_length=300)
    made_by = hand("proposée par")
    made_at = models.DateTimeField("proposée le", db_default=Now())
    decided_by = later_hand("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    lifted_by = later_hand("levée par")
    lifted_at = models.DateTimeField("levée le", null=True)
    lifted_why = models.CharField("motif de la levée", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "retenue"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "term", "rule"], condition=Q(lifted_at=None), name="withholding_once"
            ),
            models.CheckConstraint(
                condition=Q(effect="block", percent=100) | Q(effect="reduce", percent__range=(1, 99)),
                name="withholding_effect_is_a_part",
            ),
            models.CheckConstraint(condition=~Q(reason="") & Q(term__gte=1), name="withholding_says_why"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("made_by")),
                name="withholding_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_why="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_why=""),
                name="withholding_lifted_with_a_reason",
            ),
        ]
