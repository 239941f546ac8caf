"""Batches of interviews read from files, what was staged, and the problems found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Batch(models.Model):
    """One import of one file (or pair of files) with a mapping. The same files are recognised by hash."""

    # Said by the import, not stored: these very files had already been merged, nothing changed.
    recognised = False

    class Status(models.TextChoices):
        RECEIVED = "received", "reçu"
        CHECKED = "checked", "contrôlé"
        MERGED = "merged", "versé"
        REFUSED = "refused", "refusé"

    file_name = models.CharField("fichier", max_length=200)
    members_file_name = models.CharField("fichier des membres", max_length=200, default="", blank=True)
    file_hash = models.CharField("empreinte", max_length=64)
    mapping_name = models.CharField("correspondance", max_length=120)
    mapping_hash = models.CharField("empreinte de la correspondance", max_length=64)
    source = models.CharField("source", max_length=60)
    survey = models.CharField("enquête", max_length=40, default="", blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.RECEIVED)
    households_read = models.BigIntegerField("fiches lues", default=0)
    members_read = models.BigIntegerField("membres lus", default=0)
    households_merged = models.BigIntegerField("ménages versés", default=0)
    members_merged = models.BigIntegerField("membres versés", default=0)
    households_known = models.BigIntegerField("fiches déjà connues", default=0)
    households_held = models.BigIntegerField("fiches retenues", default=0)
    run_id = models.BigIntegerField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("importé le", db_default=Now())

    class Meta:
        verbose_name = "lot d’import"
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash", "mapping_hash"],
                condition=Q(status="merged"),
                name="batch_file_merged_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="merged")
                | Q(
                    households_read=F("households_merged") + F("households_known") + F("households_held"),
                ),
                name="batch_nothing_lost",
            ),
        ]


class Problem(models.Model):
    """Something wrong in a row: where, what, and what to do. A warning does not hold the household."""

    class Severity(models.TextChoices):
        ERROR = "error", "erreur"
        WARNING = "warning", "avertissement"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="problems")
    severity = models.CharField("gravité", max_length=8, choices=Severity)
    file_name = models.CharField("fichier", max_length=200)
    line = models.BigIntegerField("ligne")
    key = models.CharField("fiche", max_length=80, default="", blank=True)
    column = models.CharField("colonne", max_length=120, default="", blank=True)
    value = models.TextField("valeur", default="", blank=True)
    code = models.CharField("contrôle", max_length=40)
    message = models.TextField("constat")
    remedy = models.TextField("que faire", default="", blank=True)

    class Meta:
        verbose_name = "problème d’import"
        indexes = [models.Index(fields=["batch", "severity", "line"], name="problem_by_batch")]


class SavedMapping(models.Model):
    """A mapping made on a page by looking at the columns of a file, kept to read the next files of its kind."""

    name = models.CharField("nom", max_length=120)
    source = models.CharField("source", max_length=60)
    text = models.TextField("texte")
    digest = models.CharField("empreinte", max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("faite le", db_default=Now())
    retired_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "correspondance"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(retired_at__isnull=True), name="mapping_name_once_in_use"
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(retired_at__isnull=True), name="mapping_text_once_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name
