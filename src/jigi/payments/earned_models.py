"""What a round adds to a term or takes from it: what was earned, what a decision withholds, what it gives back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jigi.delivery.models import Due, Withholding


class DueTaken(models.Model):
    """A due (droit acquis) that a round pays: one round, once; a cancelled or reworked round lets it go."""

    due = models.OneToOneField(Due, on_delete=models.PROTECT, related_name="taken", verbose_name="droit acquis")
    payment_round = models.ForeignKey(
        "payments.PaymentRound", on_delete=models.PROTECT, related_name="dues_taken", verbose_name="tour"
    )

    class Meta:
        verbose_name = "droit acquis payé par un tour"


class TermWithheld(models.Model):
    """A withholding that a round applied, for `amount_xof`; `restored_round` pays it once the withholding is lifted."""

    withholding = models.OneToOneField(
        Withholding, on_delete=models.PROTECT, related_name="applied", verbose_name="retenue"
    )
    payment_round = models.ForeignKey(
        "payments.PaymentRound", on_delete=models.PROTECT, related_name="withheld", verbose_name="tour"
    )
    amount_xof = models.BigIntegerField("montant retenu")
    restored_round = models.ForeignKey(
        "payments.PaymentRound", on_delete=models.PROTECT, null=True, related_name="restored", verbose_name="rendu par"
    )

    class Meta:
        verbose_name = "retenue appliquée par un tour"
        constraints = [
            models.CheckConstraint(condition=Q(amount_xof__gte=0), name="term_withheld_is_counted"),
            models.CheckConstraint(
                condition=Q(restored_round=None) | ~Q(restored_round=models.F("payment_round")),
                name="term_withheld_restored_later",
            ),
        ]
