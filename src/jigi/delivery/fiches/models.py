"""Questionnaires of events that telephones sent: taken once, or held with what is wrong and what a person corrected."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.fiches.states import FICHE
from jigi.delivery.hands import hand
from jigi.geography.models import Area
from jigi.intake.models import Submission


class FieldFiche(models.Model):
    """What became of a questionnaire, whose answers stay sealed where they were received.

    `number` is that of the event as it was said; `contract` and `commune` are known once it is found, `households` are
    those of its lines: an erasure finds its answers by them. Who sent it, and when, is here too: the questionnaire
    itself is read by few.
    """

    fiche = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="+", verbose_name="questionnaire")
    form = models.CharField("formulaire", max_length=80)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="contrat"
    )
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="commune")
    households = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name="ménages nommés")
    number = models.CharField("numéro dit", max_length=40, default="", blank=True)
    status = models.CharField("état", max_length=8, choices=FICHE.choices, default="held")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="envoyée par"
    )
    sent_at = models.DateTimeField("reçue le")
    tried_by = hand("essayée par")
    tried_at = models.DateTimeField("essayée le", db_default=Now())

    class Meta:
        verbose_name = "fiche d’un téléphone"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=("held", "taken", "dropped")), name="field_fiche_status"),
            models.CheckConstraint(
                condition=Q(contract=None, commune=None) & ~Q(status="taken")
                | Q(contract__isnull=False, commune__isnull=False),
                name="field_fiche_taken_of_a_contract",
            ),
        ]
        indexes = [
            models.Index(fields=["sent_at"], name="field_fiche_held", condition=Q(status="held")),
            GinIndex(fields=["households"], name="field_fiche_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.number}".strip()


class FieldFault(models.Model):
    """One thing wrong in a questionnaire: its line (0: the whole), the question, what, and what to do."""

    fiche = models.ForeignKey(FieldFiche, on_delete=models.CASCADE, related_name="faults")
    line = models.PositiveIntegerField("ligne")
    question = models.CharField("question", max_length=40, default="", blank=True)
    what = models.CharField("ce qui ne va pas", max_length=300)
    remedy = models.CharField("que faire", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "faute d’une fiche"


class FieldCorrection(models.Model):
    """What a person put in the place of an answer, which stays as it was received. A line with no `question` is left
    out, and `value` says why.
    """

    fiche = models.ForeignKey(FieldFiche, on_delete=models.CASCADE, related_name="corrections")
    line = models.PositiveIntegerField("ligne")
    question = models.CharField("question", max_length=40, default="", blank=True)
    value = models.CharField("corrigé en", max_length=120)
    made_by = hand("corrigé par")
    made_at = models.DateTimeField("corrigé le", db_default=Now())

    class Meta:
        verbose_name = "correction d’une fiche"
        constraints = [
            models.UniqueConstraint(fields=["fiche", "line", "question"], name="field_correction_once"),
            models.CheckConstraint(
                condition=~Q(value="") & (Q(line__gte=1) | ~Q(question="")), name="field_correction_of_something"
            ),
        ]
