"""Between the applications and the grants: days of training, the committee and its scores, the ranking."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.grants.models import GrantApplication, GrantCall, GrantCriterion
from jigi.delivery.grants.states import SELECTION
from jigi.delivery.hands import hand, later_hand
from jigi.geography.models import Area
from jigi.registry.models import Household, Person


class GrantTraining(models.Model):
    """A day of training for who applied to a call."""

    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="trainings")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    day = models.DateField("jour")
    place = models.CharField("lieu", max_length=120)
    subject = models.CharField("thème", max_length=160)
    trainer = models.CharField("formateur", max_length=120)
    made_by = hand("saisie par")
    made_at = models.DateTimeField("saisie le", db_default=Now())

    class Meta:
        verbose_name = "journée de formation"
        constraints = [
            models.UniqueConstraint(fields=["call", "commune", "day", "place"], name="grant_training_once"),
            models.UniqueConstraint(fields=["id", "contract", "day"], name="grant_training_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.place}"


class GrantTrainee(models.Model):
    """An application present at a day of training; a day counts once, wherever it was followed."""

    training = models.ForeignKey(GrantTraining, on_delete=models.CASCADE, related_name="trainees")
    application = models.ForeignKey(GrantApplication, on_delete=models.PROTECT, related_name="trained")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="porteur")
    held_on = models.DateField("jour")
    made_by = hand("saisie par")
    made_at = models.DateTimeField("saisie le", db_default=Now())

    class Meta:
        verbose_name = "présence à une formation"
        constraints = [
            models.UniqueConstraint(fields=["application", "held_on"], name="grant_trainee_once_a_day"),
        ]


class GrantJuror(models.Model):
    """A member of the committee of a call: people of the commune, who need no account."""

    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="jurors")
    name = models.CharField("nom", max_length=120)
    function = models.CharField("fonction", max_length=120)
    made_by = hand("saisi par")
    made_at = models.DateTimeField("saisi le", db_default=Now())

    class Meta:
        verbose_name = "membre du comité"
        constraints = [
            models.UniqueConstraint(fields=["call", "name"], name="grant_juror_once"),
            models.UniqueConstraint(fields=["id", "call"], name="grant_juror_of_call"),
        ]

    def __str__(self) -> str:
        return self.name


class GrantScore(models.Model):
    """What a member gave an application by a criterion, at most its points (`most_points` is the criterion's)."""

    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="+", db_index=False)
    application = models.ForeignKey(GrantApplication, on_delete=models.PROTECT, related_name="scores")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    juror = models.ForeignKey(GrantJuror, on_delete=models.PROTECT, related_name="scores", verbose_name="membre")
    criterion = models.ForeignKey(GrantCriterion, on_delete=models.PROTECT, related_name="+", verbose_name="critère")
    most_points = models.PositiveSmallIntegerField("points au plus")
    points = models.PositiveSmallIntegerField("points")
    made_by = hand("saisie par")
    made_at = models.DateTimeField("saisie le", db_default=Now())

    class Meta:
        verbose_name = "note du comité"
        constraints = [
            models.UniqueConstraint(fields=["application", "juror", "criterion"], name="grant_score_once"),
            models.CheckConstraint(condition=Q(points__lte=F("most_points")), name="grant_score_within_points"),
        ]


class GrantSelection(models.Model):
    """A ranking of a call, proposed by one person with the committee's minutes, decided or rejected by another."""

    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="selections")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    held_on = models.DateField("réunion du")
    place = models.CharField("lieu", max_length=120)
    minutes = models.TextField("observations du comité", default="", blank=True)
    seats = models.PositiveIntegerField("subventions possibles")
    method = models.CharField("empreinte des notes", max_length=64)
    status = models.CharField("état", max_length=10, choices=SELECTION.choices, default="proposed")
    proposed_by = hand("proposée par")
    proposed_at = models.DateTimeField("proposée le", db_default=Now())
    decided_by = later_hand("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    why = models.CharField("motif", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "sélection"
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=~Q(status="rejected"), name="grant_one_live_selection"),
            models.UniqueConstraint(fields=["id", "call"], name="grant_selection_of_call"),
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="grant_selection_two_hands"),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None, decided_at=None)
                | ~Q(status="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="grant_selection_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(why=""), name="grant_selection_rejection_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"sélection {self.pk}"


class GrantRanked(models.Model):
    """The place of an application in a selection (rules.Placed)."""

    class Verdict(models.TextChoices):
        SELECTED = "selected", "retenue"
        WAITING = "waiting", "liste d’attente"
        BELOW = "below", "sous la note de passage"
        UNSCORED = "unscored", "trop peu de notes"
        UNTRAINED = "untrained", "formation non suivie"

    selection = models.ForeignKey(GrantSelection, on_delete=models.CASCADE, related_name="ranked")
    application = models.ForeignKey(GrantApplication, on_delete=models.PROTECT, related_name="places")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    verdict = models.CharField("verdict", max_length=10, choices=Verdict)
    rank = models.PositiveIntegerField("rang")
    score_milli = models.PositiveIntegerField("note, en millièmes de point")
    tied_by = models.CharField("départagée par", max_length=50, default="", blank=True)

    class Meta:
        verbose_name = "rang d’une candidature"
        constraints = [
            models.UniqueConstraint(fields=["selection", "application"], name="grant_ranked_once"),
            models.UniqueConstraint(
                fields=["selection", "rank"], condition=Q(rank__gte=1), name="grant_rank_given_once"
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, verdict__in=("selected", "waiting"))
                | Q(rank=0, verdict__in=("below", "unscored", "untrained")),
                name="grant_ranked_has_its_rank",
            ),
        ]
