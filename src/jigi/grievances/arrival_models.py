"""What came by a channel that nobody answers, or from a telephone of the field, and what it became: once each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.grievances.case_models import Case
from jigi.messaging.models import Inbound


class Arrival(models.Model):
    """A message, a call or a questionnaire, known by its `key`: the same never makes two cases (sql/arrivals.sql)."""

    class Became(models.TextChoices):
        COMPLAINT = "complaint", "une plainte"
        FOLLOWED = "followed", "une réponse sur sa suite"
        SHORT = "short", "trop court : il a été dit comment faire"
        NOTHING = "nothing", "rien"
        LIMITED = "limited", "rien : trop de demandes"
        REFUSED = "refused", "rien : refusé"

    key = models.CharField("clé", max_length=80, unique=True)
    inbound = models.OneToOneField(Inbound, on_delete=models.PROTECT, null=True, related_name="+")
    became = models.CharField("ce qu’il est devenu", max_length=10, choices=Became, default=Became.NOTHING)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="arrivals", verbose_name="plainte")
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "arrivée d’une plainte"
        constraints = [
            models.CheckConstraint(
                condition=Q(became="complaint", case__isnull=False) | ~Q(became="complaint") & Q(case__isnull=True),
                name="grievance_arrival_has_its_case",
            ),
        ]
