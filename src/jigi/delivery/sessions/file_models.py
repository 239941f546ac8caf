"""Files of attendance, taken once, and the lines of them that wait for a correction."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract


class AttendanceFile(models.Model):
    """A file of a contract's sessions and who came; its good lines were taken, the others are its problems."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    lines_read = models.BigIntegerField("lignes lues")
    lines_good = models.BigIntegerField("lignes bonnes")
    lines_known = models.BigIntegerField("lignes déjà connues")
    lines_held = models.BigIntegerField("lignes à corriger")
    sessions = models.BigIntegerField("séances")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("reçu le", db_default=Now())

    class Meta:
        verbose_name = "fichier de présences"
        constraints = [
            models.UniqueConstraint(fields=["contract", "file_hash"], name="attendance_file_once"),
            models.CheckConstraint(
                condition=Q(lines_read=F("lines_good") + F("lines_known") + F("lines_held")),
                name="attendance_file_nothing_lost",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class AttendanceProblem(models.Model):
    """What is wrong with a line of a file: where, what, and what to do."""

    file = models.ForeignKey(AttendanceFile, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField("ligne")
    column = models.CharField("colonne", max_length=60)
    value = models.CharField("valeur", max_length=80, default="", blank=True)
    message = models.CharField("constat", max_length=300)
    remedy = models.CharField("que faire", max_length=300)

    class Meta:
        verbose_name = "ligne à corriger"
        indexes = [models.Index(fields=["file", "line"], name="attendance_problem_by_line")]
