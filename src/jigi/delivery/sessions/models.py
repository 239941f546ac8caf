"""Themes, plans, sessions and who came. The tables of files, campaigns and conditions stand in files of their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import later_hand
from jigi.delivery.sessions.campaign_models import Campaign
from jigi.delivery.sessions.condition_models import Condition, ConditionAppeal, ConditionFinding, ConditionReview
from jigi.delivery.sessions.file_models import AttendanceFile, AttendanceProblem
from jigi.delivery.sessions.states import SESSION
from jigi.delivery.sessions.theme_models import SessionModule, SessionTheme
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person
from jigi.sheets.models import Printing

__all__ = [
    "Attendance",
    "AttendanceFile",
    "AttendanceProblem",
    "Campaign",
    "Condition",
    "ConditionAppeal",
    "ConditionFinding",
    "ConditionReview",
    "Session",
    "SessionMaterial",
    "SessionModule",
    "SessionPlan",
    "SessionSheet",
    "SessionTheme",
]
LARGEST_CROWD = 5_000


class SessionPlan(models.Model):
    """Sessions of a contract that were planned together: in some villages, of some modules, from a day on."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="session_plans")
    first_on = models.DateField("premier jour")
    every_days = models.PositiveSmallIntegerField("jours entre deux séances d’un village")
    per_day = models.PositiveSmallIntegerField("villages par jour")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("planifié le", db_default=Now())

    class Meta:
        verbose_name = "plan de séances"
        constraints = [
            models.CheckConstraint(
                condition=Q(every_days__range=(1, 366), per_day__range=(1, 100)), name="session_plan_has_a_pace"
            ),
        ]


class Session(models.Model):
    """One session in a village, of one module: planned, then held or not, then checked by another person.

    `men` and `women` are all those who sat there, counted at the door; `households` those of them that are named,
    kept by the database. `version` moves with every change of what was held: two who enter at once are told.
    """

    class NotHeld(models.TextChoices):
        NONE = "", "—"
        INSECURITY = "insecurity", "insécurité"
        RAIN = "rain", "pluie ou route coupée"
        FACILITATOR = "facilitator", "animateur empêché"
        VILLAGE = "village", "village empêché (marché, deuil, fête)"
        NOBODY = "nobody", "personne n’est venu"
        ERROR = "error", "prévue par erreur"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="sessions", verbose_name="contrat")
    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, null=True, related_name="sessions")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="village")
    module = models.ForeignKey(SessionModule, on_delete=models.PROTECT, related_name="+", verbose_name="module")
    planned_on = models.DateField("prévue le")
    status = models.CharField("état", max_length=10, choices=SESSION.choices, default="planned")
    held_on = models.DateField("tenue le", null=True)
    place = models.CharField("lieu", max_length=120, default="", blank=True)
    facilitator = models.CharField("animateur", max_length=120, default="", blank=True)
    men = models.PositiveIntegerField("hommes", null=True)
    women = models.PositiveIntegerField("femmes", null=True)
    households = models.PositiveIntegerField("ménages nommés", default=0)
    version = models.PositiveIntegerField("version", default=0)
    not_held = models.CharField("non tenue parce que", max_length=12, choices=NotHeld, default="", blank=True)
    held_by = later_hand("saisie par")
    held_at = models.DateTimeField("saisie le", null=True)
    checked_by = later_hand("contrôlée par")
    checked_at = models.DateTimeField("contrôlée le", null=True)
    recorded_at = models.DateTimeField("notée le", db_default=Now())

    class Meta:
        verbose_name = "séance"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "village", "module", "planned_on"], condition=~Q(status="cancelled"),
                name="session_planned_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=("held", "checked"), held_on__isnull=False, men__isnull=False, women__isnull=False,
                    held_by__isnull=False, held_at__isnull=False,
                )
                & ~Q(place="")
                & ~Q(facilitator="")
                | Q(
                    status__in=("planned", "cancelled"), held_on=None, men=None, women=None, households=0,
                    held_by=None, held_at=None,
                ),
                name="session_held_says_what_happened",
            ),
            models.CheckConstraint(
                condition=Q(men=None) | Q(men__lte=LARGEST_CROWD, women__lte=LARGEST_CROWD),
                name="session_crowd_is_real",
            ),
            models.CheckConstraint(
                condition=Q(men=None) | Q(households__lte=F("men") + F("women")), name="session_names_whom_it_counted"
            ),
            models.CheckConstraint(
                condition=Q(status="checked", checked_by__isnull=False, checked_at__isnull=False)
                | ~Q(status="checked") & Q(checked_by=None, checked_at=None),
                name="session_check_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("held_by")), name="session_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled") & ~Q(not_held="") | ~Q(status="cancelled") & Q(not_held=""),
                name="session_not_held_says_why",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["contract", "planned_on"], name="session_by_contract"),
            models.Index(fields=["village", "held_on"], name="session_by_village"),
            models.Index(fields=["component", "held_on"], name="session_by_component"),
        ]

    def __str__(self) -> str:
        return f"{self.module} · {self.village}"

    @property
    def crowd(self) -> int:
        """How many sat there."""
        return (self.men or 0) + (self.women or 0)

    @property
    def unnamed(self) -> int:
        """How many of them no household answers for."""
        return self.crowd - self.households


class Attendance(models.Model):
    """A household that came to a session, by one person of it. `recipient`: the programme gave it money that day.

    A household that receives nothing is named with its consent only. The five columns that repeat the session's are
    held equal by a composite foreign key (sql/sessions_tables.sql); a change of the session's day follows.
    """

    class Came(models.TextChoices):
        RECIPIENT = "recipient", "l’allocataire"
        ALTERNATE = "alternate", "le suppléant"
        OTHER = "other", "un autre membre"

    class Means(models.TextChoices):
        LIST = "list", "liste à l’écran"
        SHEET = "sheet", "feuille signée"
        CARD = "card", "carte lue"
        FILE = "file", "fichier"
        PHONE = "phone", "téléphone hors réseau"

    # Without constraints of their own: the composite one holds the four, and a year of attendance writes each of them.
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="attendances", db_index=False, db_constraint=False
    )
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    held_on = models.DateField("jour")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    came = models.CharField("qui est venu", max_length=10, choices=Came)
    sex = models.CharField("sexe", max_length=1, choices=Person.Sex, default="", blank=True)
    mother = models.BooleanField("mère d’un enfant de moins de cinq ans", default=False)
    recipient = models.BooleanField("ménage allocataire")
    consented = models.BooleanField("a consenti à être nommé", default=False)
    means = models.CharField("noté par", max_length=6, choices=Means)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="saisi par"
    )
    entered_at = models.DateTimeField("saisi le", db_default=Now())

    class Meta:
        verbose_name = "présence"
        constraints = [
            models.UniqueConstraint(fields=["session", "household"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(recipient=True) | Q(consented=True), name="attendance_named_with_consent"
            ),
            models.CheckConstraint(condition=Q(mother=False) | Q(sex="F"), name="attendance_mother_is_a_woman"),
            models.CheckConstraint(
                condition=Q(came__in=("recipient", "alternate", "other"), sex__in=("", "M", "F")),
                name="attendance_says_who_came",
            ),
        ]
        indexes = [
            models.Index(fields=["household", "held_on"], name="attendance_by_household"),
            # For who deletes or merges a person.
            models.Index(fields=["person"], name="attendance_by_person", condition=Q(person__isnull=False)),
        ]


class SessionSheet(models.Model):
    """The numbered sheet of a session, printed to be signed; entered once, by one person."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="sheets")
    printing = models.OneToOneField(Printing, on_delete=models.PROTECT, related_name="+", verbose_name="impression")
    entered_by = later_hand("saisie par")
    entered_at = models.DateTimeField("saisie le", null=True)
    marked = models.PositiveIntegerField("signatures", null=True)

    class Meta:
        verbose_name = "feuille de présence"
        constraints = [
            models.CheckConstraint(
                condition=Q(entered_by=None, entered_at=None, marked=None)
                | Q(entered_by__isnull=False, entered_at__isnull=False, marked__isnull=False),
                name="session_sheet_entry_is_signed",
            ),
        ]


class SessionMaterial(models.Model):
    """What was shown or left at a session: picture boxes, posters; `material` is a code of themes.toml."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="materials")
    material = models.CharField("matériel", max_length=40)
    quantity = models.PositiveIntegerField("quantité")

    class Meta:
        verbose_name = "matériel d’une séance"
        constraints = [
            models.UniqueConstraint(fields=["session", "material"], name="session_material_once"),
            models.CheckConstraint(condition=Q(quantity__range=(1, 10_000)), name="session_material_is_counted"),
        ]
