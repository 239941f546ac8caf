"""Signals by area and period, in their versions, with the files that brought them and the lines without a place.

A value is known by (signal, source, area, period, published_on, outlook). What a later file says of the same is a new
`version`; the old row stays, `superseded_by` names the one that replaced it (sql/values.sql refuses another change).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.shocks.alert_models import Alert as Alert  # tables of this package too
from jigi.shocks.alert_models import AlertArea as AlertArea
from jigi.shocks.states import FILE
from jigi.shocks.trigger_models import Trigger as Trigger


class SignalFile(models.Model):
    """A file of signals that was read: every line gave values, was known already, or has no place.

    `layout` is the code of the mapping that read it (data/layouts/*.toml), `sha256` the digest of the file. While a
    person looks at its counts, `content` holds it (gzip); its values enter when it is loaded, leave when it is undone.
    """

    status = models.CharField("état", max_length=8, choices=FILE.choices, default="loaded")
    content = models.BinaryField("contenu", null=True)
    layout = models.CharField("forme du fichier", max_length=40)
    source = models.CharField("source", max_length=40)
    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64)
    lines = models.BigIntegerField("lignes lues")
    new = models.BigIntegerField("valeurs nouvelles")
    changed = models.BigIntegerField("valeurs changées")
    same = models.BigIntegerField("valeurs déjà connues")
    unmatched = models.BigIntegerField("lignes sans lieu ou fausses")
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField("chargé le", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="décidé par"
    )
    decided_at = models.DateTimeField("décidé le", null=True)

    class Meta:
        verbose_name = "fichier de signaux"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(FILE.states)), name="signal_file_status"),
            models.CheckConstraint(
                condition=Q(status="checked", content__isnull=False) | (~Q(status="checked") & Q(content__isnull=True)),
                name="signal_file_content_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="signal_file_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(lines__gte=0, new__gte=0, changed__gte=0, same__gte=0, unmatched__gte=0),
                name="signal_file_counts",
            ),
            models.UniqueConstraint(
                fields=["layout", "sha256"], condition=Q(status="loaded"), name="signal_file_loaded_once"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="signal_file_by_digest")]

    def __str__(self) -> str:
        return self.file_name


class SignalProblem(models.Model):
    """A line of a file that gave nothing: its place is unknown, or a figure can't be read."""

    file = models.ForeignKey(SignalFile, on_delete=models.CASCADE, related_name="problems")
    line = models.BigIntegerField("ligne")
    column = models.CharField("colonne", max_length=120, default="", blank=True)
    value = models.CharField("valeur", max_length=120, default="", blank=True)
    problem = models.CharField("ce qui ne va pas", max_length=300)
    remedy = models.CharField("ce qu’il faut faire", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "ligne sans effet d’un fichier de signaux"
        indexes = [models.Index(fields=["file", "line"], name="signal_problem_by_line")]


class SignalValue(models.Model):
    """A figure of a signal for an area and a period, as a source published it on a day.

    `signal` is a code of data/signals.toml. `published_on` is the day from which it was known: a back-test sees nothing
    of later days. `outlook` tells what was observed from what was projected.
    """

    class Status(models.TextChoices):
        PROVISIONAL = "provisional", "provisoire"
        FINAL = "final", "définitif"

    class Outlook(models.TextChoices):
        OBSERVED = "observed", "observé"
        PROJECTED = "projected", "projeté"

    signal = models.CharField("signal", max_length=40)
    source = models.CharField("source", max_length=40)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="lieu")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    published_on = models.DateField("publié le")
    status = models.CharField("état", max_length=12, choices=Status)
    outlook = models.CharField("observé ou projeté", max_length=10, choices=Outlook)
    version = models.PositiveSmallIntegerField("version", default=1)
    value = models.FloatField("valeur")
    file = models.ForeignKey(SignalFile, on_delete=models.PROTECT, null=True, related_name="values")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="values", verbose_name="alerte")
    line = models.BigIntegerField("ligne", default=0)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="remplacée par"
    )

    class Meta:
        verbose_name = "valeur d’un signal"
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "source", "area", "starts_on", "ends_on", "published_on", "outlook"],
                condition=Q(superseded_by__isnull=True),
                name="signal_value_in_force_once",
            ),
            models.UniqueConstraint(
                fields=["signal", "source", "area", "starts_on", "ends_on", "published_on", "outlook", "version"],
                name="signal_value_version_once",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="signal_value_period_in_order"),
            models.CheckConstraint(condition=Q(status__in=("provisional", "final")), name="signal_value_status"),
            models.CheckConstraint(condition=Q(outlook__in=("observed", "projected")), name="signal_value_outlook"),
            models.CheckConstraint(condition=Q(version__gte=1), name="signal_value_version_from_one"),
            models.CheckConstraint(
                condition=Q(file__isnull=True) | Q(alert__isnull=True), name="signal_value_from_one_thing"
            ),
            models.CheckConstraint(condition=~Q(superseded_by=F("id")), name="signal_value_superseded_by_another"),
            models.CheckConstraint(
                condition=Q(value__gt=float("-1e300"), value__lt=float("1e300")), name="signal_value_is_finite"
            ),
        ]
        indexes = [models.Index(fields=["area", "signal", "starts_on"], name="signal_value_by_area")]
