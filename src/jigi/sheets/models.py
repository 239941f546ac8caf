"""What was printed, its numbered sheets, the files that were scanned and their pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.foundation.models import User
from jigi.foundation.sealed import SealedField
from jigi.geography.models import Area
from jigi.intake.models import FormVersion
from jigi.registry.models import Household
from jigi.sheets import rules
from jigi.sheets.states import PAGE, SHEET


def _person(french: str) -> models.ForeignKey[User, User]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=french)


def survivor(household: Household) -> Household:
    """The household that one is now, after mergers."""
    while household.merged_into_id:
        household = Household.objects.select_related("commune").get(pk=household.merged_into_id)
    return household


class Printing(models.Model):
    """Sheets printed together: what for, about which household or village, by whom.

    `households` are those that a list names, in its order: printed again, it says the same.
    """

    class Purpose(models.TextChoices):
        FORM = "form", "questionnaire"
        COMMUNITY = "community", "liste communautaire"
        VILLAGE = "village", "ménages du village"
        ATTENDANCE = "attendance", "liste de présence"

    purpose = models.CharField("objet", max_length=10, choices=Purpose)
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="version du questionnaire"
    )
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="village")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="ménage"
    )
    households = ArrayField(models.BigIntegerField(), verbose_name="ménages de la liste", default=list, blank=True)
    pages = models.PositiveSmallIntegerField("pages par feuille")
    columns = models.PositiveSmallIntegerField("colonnes de membres", default=rules.LEAST_COLUMNS)
    made_by = _person("imprimé par")
    made_at = models.DateTimeField("imprimé le", db_default=Now())

    class Meta:
        verbose_name = "impression"
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="form", form_version__isnull=False)
                | ~Q(purpose="form") & Q(form_version__isnull=True, village__isnull=False, household__isnull=True),
                name="printing_is_a_form_or_a_list",
            ),
            models.CheckConstraint(
                condition=Q(pages__gte=1, pages__lte=rules.MOST_PAGES), name="printing_pages_have_two_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.village or self.commune}"

    @property
    def is_form(self) -> bool:
        return self.purpose == self.Purpose.FORM


class Sheet(models.Model):
    """One paper of so many pages, known by the number in the squares of its pages.

    `household` is whose answers it holds: known when it was printed, or said by who attached it.
    """

    printing = models.ForeignKey(Printing, on_delete=models.PROTECT, related_name="sheets", verbose_name="impression")
    number = models.CharField("numéro de feuille", max_length=16, unique=True)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="sheets", verbose_name="ménage"
    )
    status = models.CharField("état", max_length=10, choices=SHEET.choices, default="printed")

    class Meta:
        verbose_name = "feuille"

    def __str__(self) -> str:
        return f"feuille {self.shown}"

    @property
    def shown(self) -> str:
        return rules.shown(self.number)

    @property
    def held(self) -> int:
        """How many of its pages are attached."""
        return self.scanned.filter(status="attached").count()

    @property
    def holder(self) -> Household | None:
        """Whose answers it holds now: its household, or the one that this was merged into. Read without the fence."""
        return survivor(self.household) if self.household else None

    @property
    def commune(self) -> Area:
        """Where its pages belong: with its household, which may have moved since, or where it was printed for."""
        return self.holder.commune if self.holder else self.printing.commune


class Scan(models.Model):
    """A file of scanned pages, taken once: `sha256` recognises it. Its name, which may name somebody, is not kept."""

    sha256 = models.CharField("empreinte", max_length=64, unique=True)
    made_by = _person("envoyé par")
    made_at = models.DateTimeField("envoyé le", db_default=Now())

    class Meta:
        verbose_name = "numérisation"

    def __str__(self) -> str:
        return f"envoi {self.pk}"


class ScannedPage(models.Model):
    """A page of a scan, made anew and sealed; `why` says what it waits for while it waits.

    `commune` is where the page belongs as far as is known; without one, only who sent it sees it.
    """

    class Why(models.TextChoices):
        NONE = "", "—"
        UNREAD = "unread", "code illisible"
        UNKNOWN = "unknown", "numéro d’aucune feuille"
        ELSEWHERE = "elsewhere", "feuille d’une autre commune"
        REPEATED = "repeated", "page déjà rattachée"
        NAMELESS = "nameless", "ménage à nommer"
        UNDONE = "undone", "rattachement défait"

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="pages", verbose_name="numérisation")
    position = models.PositiveSmallIntegerField("page du fichier")
    sealed = SealedField("image, chiffrée", kind="scan")
    sheet = models.ForeignKey(
        Sheet, on_delete=models.PROTECT, null=True, related_name="scanned", verbose_name="feuille"
    )
    number = models.PositiveSmallIntegerField("page de la feuille", null=True)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="scanned_pages", verbose_name="ménage"
    )
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="commune")
    status = models.CharField("état", max_length=10, choices=PAGE.choices, default="queued")
    why = models.CharField("attend parce que", max_length=10, choices=Why, default=Why.NONE, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="rattachée par"
    )
    filed_at = models.DateTimeField("rattachée le", null=True)

    class Meta:
        verbose_name = "page numérisée"
        constraints = [
            models.UniqueConstraint(fields=["scan", "position"], name="scanned_page_once"),
            models.UniqueConstraint(
                fields=["sheet", "number"], condition=Q(status="attached"), name="scanned_page_of_a_sheet_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="attached")
                | Q(filed_by__isnull=False, filed_at__isnull=False, commune__isnull=False, why="")
                & (Q(household__isnull=False) | Q(sheet__isnull=False)),
                name="scanned_page_is_attached_to_something",
            ),
            models.CheckConstraint(
                condition=Q(sheet__isnull=True, number__isnull=True) | Q(sheet__isnull=False, number__isnull=False),
                name="scanned_page_has_its_rank",
            ),
            models.CheckConstraint(
                condition=Q(status="discarded", sealed=b"") | ~Q(status="discarded"),
                name="scanned_page_discarded_empty",
            ),
        ]
        indexes = [models.Index(fields=["household", "status"], name="scanned_page_by_household")]
