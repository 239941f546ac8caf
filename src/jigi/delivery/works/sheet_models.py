"""Timesheets: what two people entered, what was approved, the presences and the wages that came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import later_hand
from jigi.delivery.works import rules
from jigi.delivery.works.people_models import Crew, Worker
from jigi.delivery.works.states import TIMESHEET
from jigi.enrolment.models import Enrolment
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person
from jigi.sheets.models import Sheet

DECIDED = ("signed", "approved", "replaced")


class Timesheet(models.Model):
    """The grid of one crew from `first_day`, for `days` days; `number` counts the sheets of the worksite from 1.

    A counter-sheet `corrects` an approved one: approved, it takes its place. `paper` is the numbered paper on which it
    was printed, whose scan is attached to it. `half_days`, `tasks` and `amount_xof` are what was approved.
    """

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="timesheets")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="timesheets", verbose_name="équipe")
    number = models.PositiveIntegerField("feuille")
    first_day = models.DateField("premier jour")
    days = models.PositiveSmallIntegerField("jours", default=rules.MOST_DAYS)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections", verbose_name="corrige"
    )
    reason = models.CharField("motif", max_length=300, default="", blank=True)
    paper = models.OneToOneField(
        Sheet, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="feuille de papier"
    )
    status = models.CharField("état", max_length=10, choices=TIMESHEET.choices, default="open")
    half_days = models.BigIntegerField("demi-journées", default=0)
    tasks = models.BigIntegerField("tâches", default=0)
    amount_xof = models.BigIntegerField("salaires", default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("ouverte le", db_default=Now())
    signed_by = later_hand("signée par")
    signed_at = models.DateTimeField("signée le", null=True)
    approved_by = later_hand("approuvée par")
    approved_at = models.DateTimeField("approuvée le", null=True)

    class Meta:
        verbose_name = "feuille de présence d’un chantier"
        constraints = [
            models.UniqueConstraint(fields=["worksite", "number"], name="timesheet_number_once"),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(status__in=("open", "signed")), name="timesheet_one_correction"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=rules.MOST_DAYS), name="timesheet_has_14_days_at_most"
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(reason=""), name="timesheet_correction_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=DECIDED) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="timesheet_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("approved", "replaced"))
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="timesheet_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("signed_by")), name="timesheet_approved_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"feuille {self.number}"


class SheetEntry(models.Model):
    """What one person entered of a sheet; two people at most, each their own. `revision` counts what they saved."""

    class Source(models.TextChoices):
        PAGE = "page", "grille"
        FILE = "file", "fichier"
        PHONE = "phone", "téléphone"

    timesheet = models.ForeignKey(Timesheet, on_delete=models.PROTECT, related_name="entries")
    hand = models.PositiveSmallIntegerField("saisie")
    source = models.CharField("par", max_length=5, choices=Source, default=Source.PAGE)
    revision = models.PositiveIntegerField("révision", default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="saisi par"
    )
    at = models.DateTimeField("saisi le", db_default=Now())

    class Meta:
        verbose_name = "saisie d’une feuille"
        constraints = [
            models.UniqueConstraint(fields=["timesheet", "hand"], name="sheet_entry_once"),
            models.UniqueConstraint(fields=["timesheet", "by"], name="sheet_entry_by_two_people"),
            models.CheckConstraint(condition=Q(hand__in=(1, 2)), name="sheet_entry_first_or_second"),
        ]


class SheetLine(models.Model):
    """The marks of a worker, one character a day: P present, D half a day, T task, A absent, a point for no work."""

    entry = models.ForeignKey(SheetEntry, on_delete=models.CASCADE, related_name="lines", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    marks = models.CharField("marques", max_length=rules.MOST_DAYS)

    class Meta:
        verbose_name = "ligne d’une feuille"
        constraints = [
            models.UniqueConstraint(fields=["entry", "worker"], name="sheet_line_once"),
            models.CheckConstraint(condition=Q(marks__regex=r"^[PDTA.]{1,14}$"), name="sheet_line_has_known_marks"),
        ]


class WageLine(models.Model):
    """What an approved sheet earned one worker; `amount_xof` is what their marks are worth."""

    timesheet = models.ForeignKey(Timesheet, on_delete=models.PROTECT, related_name="wages", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    half_days = models.PositiveSmallIntegerField("demi-journées")
    tasks = models.PositiveSmallIntegerField("tâches")
    amount_xof = models.BigIntegerField("salaire")

    class Meta:
        verbose_name = "salaire d’une feuille"
        constraints = [
            models.UniqueConstraint(fields=["timesheet", "worker"], name="wage_line_once"),
            models.CheckConstraint(
                condition=Q(half_days__gte=1, amount_xof__gte=0, tasks__lte=F("half_days")), name="wage_line_is_worked"
            ),
        ]


class Presence(models.Model):
    """A day that a person worked, of an approved sheet; `undone_by` is the counter-sheet that took it back."""

    timesheet = models.ForeignKey(Timesheet, on_delete=models.PROTECT, related_name="presences")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    held_on = models.DateField("jour")
    half_days = models.PositiveSmallIntegerField("demi-journées")
    task = models.BooleanField("à la tâche")
    undone_by = models.ForeignKey(
        Timesheet, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="reprise par"
    )

    class Meta:
        verbose_name = "présence à un chantier"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "held_on"], condition=Q(undone_by__isnull=True), name="presence_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(half_days=2) | Q(half_days=1, task=False), name="presence_is_a_day_or_a_half"
            ),
        ]
        indexes = [models.Index(fields=["household"], name="presence_by_household")]


class WorkCount(models.Model):
    """How many half days a person was paid for in a component, kept by the database (works_guards.sql)."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    half_days = models.IntegerField("demi-journées")

    class Meta:
        verbose_name = "journées d’une personne"
        constraints = [
            models.UniqueConstraint(fields=["component", "person"], name="work_count_once"),
            models.CheckConstraint(
                condition=Q(half_days__gte=0, half_days__lte=rules.MOST_CAP), name="work_count_within_90_days"
            ),
        ]
