"""Radio and mass campaigns: how many may have heard, never added to who came to sessions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.delivery.sessions.theme_models import SessionTheme
from jigi.geography.models import Area


class Campaign(models.Model):
    """A campaign of a contract in a commune; `reach` is an estimate, `method` says whose and how it was made."""

    class Kind(models.TextChoices):
        RADIO = "radio", "émission de radio"
        THEATRE = "theatre", "théâtre ou conte"
        FILM = "film", "projection"
        TOWN_CRIER = "crier", "crieur public"
        MESSAGES = "messages", "messages téléphoniques"
        POSTER = "poster", "affiches"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="campaigns", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    theme = models.ForeignKey(SessionTheme, on_delete=models.PROTECT, related_name="+", verbose_name="thème")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    title = models.CharField("intitulé", max_length=160)
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    times = models.PositiveIntegerField("diffusions")
    reach = models.PositiveIntegerField("personnes touchées, estimées")
    method = models.CharField("comment c’est estimé", max_length=200)
    made_by = hand("saisie par")
    made_at = models.DateTimeField("saisie le", db_default=Now())
    withdrawn_by = later_hand("retirée par")
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    withdrawn_why = models.CharField("retirée parce que", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "campagne"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "commune", "kind", "title", "first_on"], condition=Q(withdrawn_at=None),
                name="campaign_once",
            ),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="campaign_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(times__gte=1), name="campaign_took_place"),
            models.CheckConstraint(condition=~Q(method=""), name="campaign_reach_says_how"),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None, withdrawn_why="")
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_why=""),
                name="campaign_withdrawal_is_signed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title
