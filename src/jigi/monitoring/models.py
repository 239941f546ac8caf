"""Alerts: what a rule found about one subject in one period, and what a person decided of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.monitoring.states import ALERT


def _signer(french: str) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )


class Alert(models.Model):
    """One alert. A rule has one live alert for a subject and a period, whose count grows as it is watched again.

    `subject` is the key that the rule counts by (a user's number, a device's digest...), `label` how a person
    reads it. `events` and `households` are the latest rows behind it, 200 at most of each.
    """

    rule = models.CharField("règle", max_length=40)
    subject = models.CharField("sujet", max_length=80)
    period = models.CharField("période", max_length=40)
    label = models.CharField("sur", max_length=200)
    about = _signer("la personne concernée")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="commune")
    first_seen = models.DateTimeField("depuis")
    last_seen = models.DateTimeField("jusqu’à")
    count = models.BigIntegerField("nombre")
    facts = models.JSONField("détails", default=dict)
    events = ArrayField(models.BigIntegerField(), default=list)
    households = ArrayField(models.BigIntegerField(), default=list)
    raised_at = models.DateTimeField("levée le", db_default=Now())
    status = models.CharField("état", max_length=10, choices=ALERT.choices, default="open")
    taken_by = _signer("prise par")
    taken_at = models.DateTimeField("prise le", null=True)
    decided_by = _signer("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    decision = models.TextField("motif", default="", blank=True)

    class Meta:
        verbose_name = "alerte"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "period"],
                condition=Q(status__in=("open", "taken")),
                name="alert_live_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("open", "taken"), decided_by__isnull=True, decided_at__isnull=True)
                | Q(status__in=("dismissed", "confirmed"), decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision=""),
                name="alert_decision_is_signed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(about__isnull=True) | Q(decided_by__isnull=True) | ~Q(decided_by=models.F("about")),
                name="alert_is_not_decided_by_its_subject",
            ),
        ]
        indexes = [models.Index(fields=["status", "last_seen"], name="alert_by_status")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.label}"
