"""A worksite: what a commune proposes, how it was screened, what it costs and who approved it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThanOrEqual

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.delivery.works import rules
from jigi.delivery.works.log_models import (
    CommitteeMember,
    ToolIssue,
    TreeCount,
    WorkAccident,
    WorkHandover,
    WorkPhoto,
    WorkProgress,
)
from jigi.delivery.works.manual import MEASURES
from jigi.delivery.works.people_models import Crew, WorkApplication, WorkDraw, Worker
from jigi.delivery.works.sheet_models import Presence, SheetEntry, SheetLine, Timesheet, WageLine, WorkCount
from jigi.delivery.works.states import WORKSITE
from jigi.geography.models import Area

__all__ = [
    "CommitteeMember",
    "Crew",
    "Presence",
    "ScreeningAnswer",
    "SheetEntry",
    "SheetLine",
    "Timesheet",
    "ToolIssue",
    "TreeCount",
    "WageLine",
    "WorkAccident",
    "WorkApplication",
    "WorkCount",
    "WorkDraw",
    "WorkHandover",
    "WorkPhoto",
    "WorkProgress",
    "Worker",
    "Worksite",
]

LATEST_SCREENED = ("screened", "approved", "hiring", "running", "finished", "handed")


class Worksite(models.Model):
    """One place of works. `kind` is a code of data/works.toml; `quantity` is in `measure`, whole.

    `track` is the place on the map: latitude and longitude of one point, or of each point of a line, flat. Wages are
    at least `wage_percent` of the whole budget. `cap_half_days` is what one person may be paid for at most.
    `double_entry`: a sheet is signed only once two people entered the same.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="worksites", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="village")
    code = models.CharField("code", max_length=20, unique=True)
    title = models.CharField("intitulé", max_length=120)
    kind = models.CharField("nature", max_length=20)
    plan_reference = models.CharField("référence au plan de développement", max_length=160)
    technical_note = models.TextField("dossier technique", default="", blank=True)
    measure = models.CharField("mesure", max_length=6, choices=list(MEASURES.items()))
    quantity = models.PositiveIntegerField("quantité prévue")
    starts_on = models.DateField("début prévu")
    ends_on = models.DateField("fin prévue")
    places = models.PositiveSmallIntegerField("places")
    women_percent = models.PositiveSmallIntegerField("part des femmes (%)")
    day_rate_xof = models.BigIntegerField("salaire d’un jour", default=rules.DAY_RATE_XOF)
    task_rate_xof = models.BigIntegerField("salaire d’une tâche", default=0)
    cap_half_days = models.PositiveSmallIntegerField("plafond de présence")
    wages_xof = models.BigIntegerField("salaires")
    tools_xof = models.BigIntegerField("outillage")
    supervision_xof = models.BigIntegerField("encadrement")
    wage_percent = models.PositiveSmallIntegerField("part minimale des salaires (%)")
    double_entry = models.BooleanField("saisie par deux personnes", default=True)
    track = ArrayField(models.FloatField(), verbose_name="point ou ligne", default=list, blank=True)
    status = models.CharField("état", max_length=10, choices=WORKSITE.choices, default="proposed")
    made_by = hand("proposé par")
    made_at = models.DateTimeField("proposé le", db_default=Now())
    screened_by = later_hand("examiné par")
    screened_at = models.DateTimeField("examiné le", null=True)
    approved_by = later_hand("approuvé par")
    approved_at = models.DateTimeField("approuvé le", null=True)

    class Meta:
        verbose_name = "chantier"
        constraints = [
            models.CheckConstraint(
                condition=Q(wages_xof__gt=0, tools_xof__gte=0, supervision_xof__gte=0, wage_percent__lte=100)
                & Q(
                    GreaterThanOrEqual(
                        F("wages_xof") * 100,
                        (F("wages_xof") + F("tools_xof") + F("supervision_xof")) * F("wage_percent"),
                    )
                ),
                name="worksite_keeps_the_wage_share",
            ),
            models.CheckConstraint(
                condition=Q(cap_half_days__gte=rules.LEAST_CAP, cap_half_days__lte=rules.MOST_CAP),
                name="worksite_cap_is_60_to_90_days",
            ),
            models.CheckConstraint(
                condition=Q(places__gte=1, women_percent__lte=100, quantity__gte=1), name="worksite_has_places"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="worksite_days_in_order"),
            models.CheckConstraint(
                condition=Q(status__in=("proposed", "refused", "cancelled"))
                | Q(screened_by__isnull=False, screened_at__isnull=False),
                name="worksite_is_screened",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("proposed", "screened", "refused", "cancelled"))
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="worksite_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")) & ~Q(approved_by=F("screened_by")),
                name="worksite_approved_by_another",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} · {self.title}"

    @property
    def budget_xof(self) -> int:
        return self.wages_xof + self.tools_xof + self.supervision_xof

    @property
    def women_places(self) -> int:
        return rules.women_needed(self.places, self.women_percent)

    @property
    def rates(self) -> rules.Rates:
        return rules.Rates(self.day_rate_xof, self.task_rate_xof)


class ScreeningAnswer(models.Model):
    """The answer to one question of the screening. A « forbidden » one answered yes puts the worksite aside for good;
    a risk answered yes is followed by its mitigation.
    """

    worksite = models.ForeignKey(Worksite, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField("question", max_length=20)
    forbidden = models.BooleanField("interdit")
    yes = models.BooleanField("oui")
    mitigation = models.CharField("mesure prise", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "réponse à l’examen"
        constraints = [
            models.UniqueConstraint(fields=["worksite", "code"], name="screening_answer_once"),
            models.CheckConstraint(
                condition=Q(forbidden=True) | Q(yes=False) | ~Q(mitigation=""), name="screening_risk_is_mitigated"
            ),
        ]
