"""Sharing agreements (conventions de partage)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.sharing.states import AGREEMENT

WHOLE_REGISTER = "RSU"
"""Among `programmes`: every household of the register, in a programme or not."""


class SharingAgreement(models.Model):
    """What one partner may be given of the register, for one purpose. An empty list shares nothing: it is refused.

    `partner` is the code under which its people are posted (StaffPosting.organisation); `fields` are codes of
    data/fields.toml; `programmes` are codes of programmes, or WHOLE_REGISTER.
    """

    code = models.CharField("numéro de la convention", max_length=40, unique=True)
    partner = models.CharField("organisme", max_length=40)
    partner_name = models.CharField("partenaire", max_length=160)
    purpose = models.TextField("finalité")
    legal_basis = models.CharField("base légale", max_length=300)
    apdp_reference = models.CharField("référence de l’APDP", max_length=80)
    fields = ArrayField(models.CharField(max_length=30), verbose_name="données partagées")
    programmes = ArrayField(models.CharField(max_length=40), verbose_name="programmes")
    areas = models.ManyToManyField(Area, related_name="+", verbose_name="lieux")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    status = models.CharField("état", max_length=10, choices=AGREEMENT.choices, default="prepared")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("préparée le", db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField("décidée le", null=True)
    ended_on = models.DateField("finie le", null=True)

    class Meta:
        verbose_name = "convention de partage"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("made_by")), name="sharing_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(status="prepared", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="prepared") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="sharing_decision_is_signed",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="sharing_ends_after_start"),
            models.CheckConstraint(
                condition=Q(fields__len__gte=1, programmes__len__gte=1), name="sharing_shares_something"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(legal_basis="") & ~Q(apdp_reference=""), name="sharing_says_why"
            ),
            models.CheckConstraint(
                condition=Q(status="ended", ended_on__isnull=False) | ~Q(status="ended") & Q(ended_on__isnull=True),
                name="sharing_end_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_name} · {self.code}"
