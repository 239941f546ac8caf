"""The budget of an agreement, line by line and year by year: written whole, once, by its file or by an amendment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jigi.programmes.budget_rules import Purpose


class Budget(models.Model):
    """What an agreement's amount is for. `total_xof` and `lines` are those of its lines (deferred trigger).

    `strict`: a round that overspends a line is refused at its approval; otherwise that is told.
    """

    agreement = models.ForeignKey("programmes.Agreement", on_delete=models.PROTECT, related_name="budgets")
    amendment = models.OneToOneField("programmes.Amendment", on_delete=models.PROTECT, null=True, related_name="budget")
    strict = models.BooleanField("dépassement refusé")
    lines_count = models.PositiveSmallIntegerField("lignes")
    total_xof = models.BigIntegerField("total")

    class Meta:
        verbose_name = "budget d’une convention"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(amendment__isnull=True), name="budget_signed_once"
            ),
            models.CheckConstraint(condition=Q(lines_count__gte=1, total_xof__gt=0), name="budget_has_lines"),
        ]


class BudgetLine(models.Model):
    """An amount for one purpose in one year. `component` is « PROGRAMME.COMPOSANTE », "" for all that are paid.

    The year is the one in which the period of the term begins; null is the whole life of the agreement.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    code = models.CharField("ligne", max_length=24)
    label = models.CharField("libellé", max_length=160)
    purpose = models.CharField("objet", max_length=12, choices=[(one.value, one.french) for one in Purpose])
    component = models.CharField("composante", max_length=90, default="", blank=True)
    year = models.PositiveSmallIntegerField("exercice", null=True)
    amount_xof = models.BigIntegerField("montant")

    class Meta:
        verbose_name = "ligne de budget"
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "code", "year"], nulls_distinct=False, name="budget_line_code_once_a_year"
            ),
            models.UniqueConstraint(
                fields=["budget", "purpose", "component", "year"],
                nulls_distinct=False,
                name="budget_line_purpose_once_a_year",
            ),
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="budget_line_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(purpose__in=[one.value for one in Purpose]), name="budget_line_purpose_known"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="management") | Q(component=""),
                name="budget_line_of_management_is_of_no_component",
            ),
            models.CheckConstraint(
                condition=Q(year__isnull=True) | Q(year__range=(1990, 2200)), name="budget_line_year_is_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.label}"
