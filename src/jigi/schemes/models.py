"""Schemes of social protection, the batches by which they give back what they provided, and each benefit.

A batch is received and checked into lines; recording turns its lines into benefits in one statement, undoing takes
all of these away. A benefit belongs to one scheme by the scheme's own reference: a repeated file changes nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.registry.models import Household, Person
from jigi.schemes.faults import FAULTS


class Scheme(models.Model):
    """A scheme (régime): contributory or not, of a branch of social protection, run by an institution.

    `organisation` is the code under which people of the institution are posted (StaffPosting.organisation).
    """

    class Kind(models.TextChoices):
        CONTRIBUTORY = "contributory", "contributif"
        NON_CONTRIBUTORY = "non_contributory", "non contributif"

    class Branch(models.TextChoices):
        PENSION = "pension", "retraite et survivants"
        HEALTH = "health", "maladie"
        FAMILY = "family", "prestations familiales"
        INJURY = "injury", "accidents du travail"
        TRANSFER = "transfer", "transferts monétaires"
        NUTRITION = "nutrition", "nutrition"
        WORKS = "works", "travaux publics"
        GRANT = "grant", "subvention d’activité"
        FOOD = "food", "aide alimentaire"
        SCHOOL = "school", "cantines et bourses"

    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=160)
    kind = models.CharField("nature du régime", max_length=16, choices=Kind)
    branch = models.CharField("branche", max_length=10, choices=Branch)
    organisation = models.CharField("organisme", max_length=40)
    institution = models.CharField("institution", max_length=160)
    legal_basis = models.CharField("base légale", max_length=300, default="", blank=True)
    source = models.CharField("source", max_length=300)
    unsure = models.CharField("à valider", max_length=300, default="", blank=True)
    starts_on = models.DateField("depuis", null=True)
    ends_on = models.DateField("jusqu’au", null=True)

    class Meta:
        verbose_name = "régime"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"), name="scheme_code"),
            models.CheckConstraint(condition=Q(kind__in=("contributory", "non_contributory")), name="scheme_kind"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="scheme_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BenefitBatch(models.Model):
    """One file given back by a scheme. Every line read is good, already known, or held with its problems."""

    # Said by the reception, not stored: nothing in this file was new.
    recognised = False

    class Status(models.TextChoices):
        RECEIVED = "received", "reçu"
        CHECKED = "checked", "contrôlé"
        RECORDED = "recorded", "enregistré"
        REFUSED = "refused", "refusé"
        UNDONE = "undone", "défait"

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="batches", verbose_name="régime")
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.RECEIVED)
    lines_read = models.BigIntegerField("lignes lues", default=0)
    lines_good = models.BigIntegerField("lignes bonnes", default=0)
    lines_known = models.BigIntegerField("lignes déjà connues", default=0)
    lines_held = models.BigIntegerField("lignes retenues", default=0)
    households = models.BigIntegerField("ménages", default=0)
    amount_xof = models.BigIntegerField("montant", default=0)
    run_id = models.BigIntegerField(null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("reçu le", db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField("décidé le", null=True)

    class Meta:
        verbose_name = "lot de prestations"
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "file_hash"],
                condition=Q(status__in=("received", "checked")),
                name="benefit_batch_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(status="received") | Q(lines_read=F("lines_good") + F("lines_known") + F("lines_held")),
                name="benefit_batch_nothing_lost",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="benefit_batch_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("recorded", "undone")) | Q(decided_by__isnull=False),
                name="benefit_batch_recorded_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class BenefitProblem(models.Model):
    """What is wrong with a line: where, what, and what to do. A warning does not hold the line."""

    class Severity(models.TextChoices):
        ERROR = "error", "erreur"
        WARNING = "warning", "avertissement"

    batch = models.ForeignKey(BenefitBatch, on_delete=models.CASCADE, related_name="problems")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", null=True)
    severity = models.CharField("gravité", max_length=8, choices=Severity)
    line = models.BigIntegerField("ligne")
    column = models.CharField("colonne", max_length=120, default="", blank=True)
    value = models.CharField("valeur", max_length=80, default="", blank=True)
    code = models.CharField("contrôle", max_length=20)

    class Meta:
        verbose_name = "problème d’un lot de prestations"
        indexes = [models.Index(fields=["batch", "severity", "line"], name="benefit_problem_by_batch")]

    @property
    def message(self) -> str:
        """What is wrong, in French."""
        return FAULTS[self.code].message.format(value=self.value)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return FAULTS[self.code].remedy


class Provision(models.Model):
    """What was given: its nature, its measure in francs or in units, its period, the scheme's own reference."""

    class Nature(models.TextChoices):
        CASH = "cash", "argent"
        KIND = "kind", "en nature"
        SERVICE = "service", "service"
        COVERAGE = "coverage", "couverture"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="personne")
    nature = models.CharField("nature", max_length=8, choices=Nature)
    amount_xof = models.BigIntegerField("montant", null=True)
    quantity = models.DecimalField("quantité", max_digits=12, decimal_places=3, null=True)
    unit = models.CharField("unité", max_length=30, default="", blank=True)
    given_from = models.DateField("du")
    given_to = models.DateField("au", null=True)
    reference = models.CharField("référence du régime", max_length=80)

    class Meta:
        abstract = True

    @property
    def measure(self) -> str:
        """« 25 kg », « 2,5 mois »; empty when it is measured in francs alone."""
        if self.quantity is None:
            return ""
        return f"{self.quantity.normalize():f} {self.unit}".replace(".", ",")


def _truths(prefix: str) -> list[models.BaseConstraint]:
    """What is never false of a provision, whichever table holds it."""
    return [
        models.CheckConstraint(
            condition=Q(nature__in=("cash", "kind", "service", "coverage")), name=f"{prefix}_nature"
        ),
        models.CheckConstraint(
            condition=Q(amount_xof__isnull=False) | ~Q(nature="cash") & Q(quantity__isnull=False),
            name=f"{prefix}_has_measure",
        ),
        models.CheckConstraint(
            condition=Q(quantity__isnull=True, unit="") | Q(quantity__isnull=False) & ~Q(unit=""),
            name=f"{prefix}_quantity_has_unit",
        ),
        models.CheckConstraint(
            condition=(Q(amount_xof__isnull=True) | Q(amount_xof__gt=0))
            & (Q(quantity__isnull=True) | Q(quantity__gt=0)),
            name=f"{prefix}_above_zero",
        ),
        models.CheckConstraint(
            condition=Q(given_to__isnull=False, given_to__gte=F("given_from"))
            | Q(given_to__isnull=True, nature="coverage"),
            name=f"{prefix}_ends_after_start",
        ),
        models.CheckConstraint(condition=~Q(reference=""), name=f"{prefix}_has_reference"),
    ]


class BenefitLine(Provision):
    """A good line of a batch that waits to be recorded; gone once the batch is recorded or refused."""

    batch = models.ForeignKey(BenefitBatch, on_delete=models.CASCADE, related_name="lines")
    line = models.BigIntegerField("ligne")

    class Meta:
        verbose_name = "ligne à enregistrer"
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="benefit_line_once"),
            models.UniqueConstraint(fields=["batch", "reference"], name="benefit_line_reference_once"),
            *_truths("benefit_line"),
        ]


class Benefit(Provision):
    """What a scheme gave to a household, or to one person of it (prestation).

    `household` is the one that received; where it was merged since, its figures are those of what it became
    (sql/gathered.sql). An erasure replaces the reference by its digest, by which a repeated line is still recognised.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="benefits", verbose_name="régime")
    batch = models.ForeignKey(BenefitBatch, on_delete=models.PROTECT, related_name="benefits", verbose_name="lot")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now())

    class Meta:
        verbose_name = "prestation"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "reference"], name="benefit_reference_once"),
            *_truths("benefit"),
        ]
        indexes = [models.Index(fields=["scheme", "given_from"], name="benefit_by_time")]
