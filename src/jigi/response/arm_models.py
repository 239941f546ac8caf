"""Arms of a response: who is helped and how they are chosen; each pays by a component of a programme."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.enrolment.models import Cohort
from jigi.programmes.models import Component
from jigi.response.states import ARM
from jigi.schemes.models import BenefitBatch, Scheme
from jigi.targeting.models import ScoringFormula, TargetingRound

MOST_PLACES = 5_000_000
"""Households at most of an arm or a scenario: more than the country has."""


class Arm(models.Model):
    """One way in which households come into a response.

    vertical: those enrolled in `base_component` get a top-up. horizontal: households of the register that are not
    enrolled there, by score, livelihood and freshness. listing: a community list or a rapid questionnaire.
    partner: those whom a scheme (`partner_scheme`) helped since `helped_since`; in the other arms, the help of the
    schemes in `leave_out` counts since that day. The households chosen are in the cohort, or in the frozen
    campaign that the cohort comes from: no list is kept here.
    """

    class Kind(models.TextChoices):
        VERTICAL = "vertical", "complément aux ménages déjà inscrits"
        HORIZONTAL = "horizontal", "ménages du registre non inscrits"
        LISTING = "listing", "nouvelle liste"
        PARTNER = "partner", "liste d’un partenaire"

    activation = models.ForeignKey("response.Activation", on_delete=models.PROTECT, related_name="arms")
    kind = models.CharField("volet", max_length=10, choices=Kind)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", verbose_name="composante")
    base_component = models.ForeignKey(
        Component, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="composante de base"
    )
    partner_scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="régime partenaire"
    )
    places = models.BigIntegerField("places")
    formula = models.ForeignKey(
        ScoringFormula, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="formule de score"
    )
    livelihoods = ArrayField(
        models.CharField(max_length=40), verbose_name="moyens d’existence", default=list, blank=True
    )
    fresh_since = models.DateField("données depuis", null=True)
    leave_out = ArrayField(
        models.CharField(max_length=20), verbose_name="régimes dont l’aide écarte", default=list, blank=True
    )
    helped_since = models.DateField("aide reçue depuis", null=True)
    follow_displaced = models.BooleanField("suit les déplacés où ils sont", default=True)
    targeting_round = models.OneToOneField(
        TargetingRound, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="campagne"
    )
    cohort = models.OneToOneField(Cohort, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="cohorte")
    status = models.CharField("état", max_length=10, choices=ARM.choices, default="planned")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("prévu le", db_default=Now())
    listed_at = models.DateTimeField("liste établie le", null=True)
    enrolled_at = models.DateTimeField("inscrits le", null=True)

    class Meta:
        verbose_name = "volet d’une réponse"
        constraints = [
            models.UniqueConstraint(
                fields=["activation", "kind", "component"],
                condition=~Q(status="cancelled"),
                name="arm_once_per_component",
            ),
            models.CheckConstraint(condition=Q(places__gt=0, places__lte=MOST_PLACES), name="arm_has_places"),
            models.CheckConstraint(
                condition=~Q(kind="vertical") | Q(base_component__isnull=False), name="arm_vertical_has_a_base"
            ),
            models.CheckConstraint(
                condition=~Q(kind="partner") | Q(partner_scheme__isnull=False), name="arm_partner_is_named"
            ),
            models.CheckConstraint(
                condition=~Q(kind="horizontal") | Q(formula__isnull=False), name="arm_horizontal_has_a_formula"
            ),
            models.CheckConstraint(
                condition=~Q(kind="partner") & Q(leave_out=[]) | Q(helped_since__isnull=False),
                name="arm_help_since_a_day",
            ),
            models.CheckConstraint(condition=~Q(base_component=F("component")), name="arm_tops_up_another_component"),
            models.CheckConstraint(
                condition=~Q(status="enrolled") | Q(cohort__isnull=False), name="arm_enrolled_has_a_cohort"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.component})"


class AgencyLine(models.Model):
    """A line of another agency's list that no number ties to the register: its name and village wait for a person, who
    says which household it is (`score`: how like it was, 0 to 100) or that it is none; then they are forgotten."""

    class Status(models.TextChoices):
        WAITING = "waiting", "à départager"
        MATCHED = "matched", "reconnue"
        NOBODY = "nobody", "à enquêter"

    arm = models.ForeignKey(Arm, on_delete=models.PROTECT, related_name="agency_lines")
    batch = models.ForeignKey(BenefitBatch, on_delete=models.PROTECT, related_name="+", verbose_name="lot")
    line = models.BigIntegerField("ligne")
    name = models.CharField("nom lu", max_length=120, default="", blank=True)
    village = models.CharField("village lu", max_length=120, default="", blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.WAITING)
    score = models.PositiveSmallIntegerField("ressemblance", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("départagée le", null=True)

    class Meta:
        verbose_name = "ligne d’une liste d’organisme"
        constraints = [
            models.UniqueConstraint(fields=["arm", "batch", "line"], name="agency_line_once"),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_by=None, decided_at=None, score=None) & ~Q(name="")
                | Q(status="nobody", decided_by__isnull=False, decided_at__isnull=False, score=None, name="")
                & Q(village="")
                | Q(status="matched", decided_by__isnull=False, decided_at__isnull=False, name="", village="")
                & Q(score__gte=0, score__lte=100),
                name="agency_line_decided_forgets_its_name",
            ),
        ]
