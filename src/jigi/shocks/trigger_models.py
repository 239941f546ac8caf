"""Triggers: the versions of the reviewed files that say when a shock asks for help."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Trigger(models.Model):
    """A version of a trigger's file, kept for good (sql/triggers.sql): `definition` is its TOML text. One withdrawn
    proposes nothing any more; what was decided on it stays.

    `level` is that of the areas it looks at. What the expressions mean is in `conditions.py`.
    """

    code = models.CharField("code", max_length=40)
    version = models.PositiveSmallIntegerField("version")
    name = models.CharField("nom", max_length=160)
    level = models.CharField("niveau", max_length=10)
    activate = models.TextField("déclenche quand")
    deactivate = models.TextField("cesse quand", default="", blank=True)
    author = models.CharField("auteur", max_length=160)
    source = models.TextField("source")
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au", null=True)
    definition = models.TextField("fichier")
    sha256 = models.CharField("empreinte", max_length=64)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField("chargé le", db_default=Now())
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="retiré par"
    )
    withdrawn_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "déclencheur"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="trigger_version_once"),
            models.CheckConstraint(condition=Q(level__in=("region", "cercle", "commune")), name="trigger_level"),
            models.CheckConstraint(condition=~Q(activate=""), name="trigger_says_when"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="trigger_validity"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="trigger_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"
