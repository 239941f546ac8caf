"""Editions and the cells of their years, which only grow (sql/guards.sql)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.portal.rules import K


class Edition(models.Model):
    """What the public pages say from one moment on. `content` is all of it but the cells of the years up to `through`;
    it names no person and counts no household. `digest` is of both."""

    through = models.PositiveSmallIntegerField("jusqu’à l’année")
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte", max_length=64)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="publiée par"
    )
    published_at = models.DateTimeField("publiée le", db_default=Now())

    class Meta:
        verbose_name = "édition du portail"
        constraints = [models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="edition_is_hashed")]

    def __str__(self) -> str:
        return f"édition {self.pk}"


class Cell(models.Model):
    """Households paid in a place in a year, each once, and what they were paid; both null when they are hidden.

    `edition` is the first that says it: all later ones say the same. `inside` is the place that adds it up.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="cells", verbose_name="édition")
    year = models.PositiveSmallIntegerField("année")
    place = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="lieu")
    inside = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="dans", db_index=False
    )
    households = models.BigIntegerField("ménages payés", null=True)
    paid_xof = models.BigIntegerField("francs payés", null=True)

    class Meta:
        verbose_name = "chiffre publié"
        constraints = [
            models.UniqueConstraint(fields=["year", "place"], name="portal_cell_once"),
            models.CheckConstraint(
                condition=Q(households=None) | Q(households__gte=K), name="portal_cell_is_not_small"
            ),
            models.CheckConstraint(
                condition=Q(households=None, paid_xof=None)
                | Q(households__isnull=False, paid_xof__isnull=False, paid_xof__gte=0),
                name="portal_cell_hides_both",
            ),
        ]
