"""Themes and modules, as the reviewed file in force says (themes_file.py)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SessionTheme(models.Model):
    """What sessions speak of: « Alimentation du jeune enfant ». One that the file no longer names stays, retired."""

    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("thème", max_length=160)
    rank = models.PositiveSmallIntegerField("rang")
    retired = models.BooleanField("retiré", default=False)

    class Meta:
        verbose_name = "thème"

    def __str__(self) -> str:
        return self.name


class SessionModule(models.Model):
    """One session's worth of a theme. `file_hash` is the SHA-256 of the file that says so."""

    theme = models.ForeignKey(SessionTheme, on_delete=models.PROTECT, related_name="modules", verbose_name="thème")
    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("module", max_length=160)
    rank = models.PositiveSmallIntegerField("rang")
    minutes = models.PositiveSmallIntegerField("durée (minutes)")
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au", null=True)
    source = models.CharField("source", max_length=300)
    file_hash = models.CharField("empreinte du fichier", max_length=64)
    retired = models.BooleanField("retiré", default=False)

    class Meta:
        verbose_name = "module"
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(10, 480)), name="session_module_lasts"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="session_module_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return self.name
