"""Editions and the cells of their years, which only grow (sql/guards.sql); questions, which last a minute."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.foundation.sealed import IndexField
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


class Question(models.Model):
    """What somebody asked from the public pages, until the worker answers by SMS: then the row goes.

    `number` is that of a household or of a card as it was typed, the telephone its blind index alone. A question is
    kept in the same way whether or not such a household is known.
    """

    class Asks(models.TextChoices):
        ENROLLED = "enrolled", "Mon ménage est-il inscrit ?"
        PAYMENT = "payment", "Où en est mon paiement ?"

    asks = models.CharField("demande", max_length=8, choices=Asks)
    number = models.CharField("numéro donné", max_length=16, default="", blank=True)
    phone_index = IndexField("téléphone donné, index aveugle", default=b"")
    asked_at = models.DateTimeField("demandé le", db_default=Now())

    class Meta:
        verbose_name = "question du portail"
        constraints = [
            models.CheckConstraint(condition=Q(asks__in=("enrolled", "payment")), name="question_is_known"),
            models.CheckConstraint(
                condition=Q(number__regex="^([0-9]{10}|[0-9a-f]{16})?$"), name="question_number_form"
            ),
        ]
