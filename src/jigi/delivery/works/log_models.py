"""The life of a worksite: tools, accidents, physical progress and its photographs, trees counted, the handover."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.delivery.works.people_models import Crew, Worker
from jigi.registry.models import Household, Person


class ToolIssue(models.Model):
    """Tools of one kind given to a crew, and what became of them: returned, broken, lost; the rest is still out."""

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="tools")
    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="+", verbose_name="équipe")
    tool = models.CharField("outil", max_length=20)
    issued = models.PositiveSmallIntegerField("remis")
    issued_on = models.DateField("remis le")
    returned = models.PositiveSmallIntegerField("rendus", default=0)
    broken = models.PositiveSmallIntegerField("cassés", default=0)
    lost = models.PositiveSmallIntegerField("perdus", default=0)
    made_by = hand("noté par")
    made_at = models.DateTimeField("noté le", db_default=Now())

    class Meta:
        verbose_name = "outils remis"
        constraints = [
            models.CheckConstraint(
                condition=Q(issued__gte=1) & Q(issued__gte=F("returned") + F("broken") + F("lost")),
                name="tools_come_back_once",
            ),
        ]

    @property
    def out(self) -> int:
        return self.issued - self.returned - self.broken - self.lost


class WorkAccident(models.Model):
    """An accident on a worksite: a worker (or nobody of the list), what was done at once, where they were taken."""

    class Severity(models.TextChoices):
        LIGHT = "light", "léger, soigné sur place"
        CARE = "care", "conduit au centre de santé"
        GRAVE = "grave", "grave, évacué"
        DEATH = "death", "mortel"

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="accidents")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="travailleur"
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="ménage"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="personne")
    day = models.DateField("jour")
    severity = models.CharField("gravité", max_length=5, choices=Severity)
    description = models.CharField("ce qui s’est passé", max_length=500)
    first_aid = models.CharField("premiers soins", max_length=300)
    taken_to = models.CharField("conduit à", max_length=120, default="", blank=True)
    days_lost = models.PositiveSmallIntegerField("jours d’arrêt", default=0)
    made_by = hand("déclaré par")
    made_at = models.DateTimeField("déclaré le", db_default=Now())
    withdrawn_at = models.DateTimeField("retiré le", null=True)
    withdrawn_why = models.CharField("motif du retrait", max_length=160, default="", blank=True)

    class Meta:
        verbose_name = "accident de chantier"
        constraints = [
            models.CheckConstraint(
                condition=Q(worker=None, household=None, person=None)
                | Q(worker__isnull=False, household__isnull=False, person__isnull=False),
                name="accident_of_a_worker_or_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(description="") & ~Q(first_aid="") & (Q(severity="light") | ~Q(taken_to="")),
                name="accident_says_what_was_done",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_why="") | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why=""),
                name="accident_withdrawn_for_a_reason",
            ),
        ]


class WorkProgress(models.Model):
    """What was made by a day, in the measure of the worksite, counted from the start; confirmed by another person."""

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="progress")
    day = models.DateField("relevé le")
    done = models.PositiveIntegerField("fait depuis le début")
    note = models.CharField("remarque", max_length=300, default="", blank=True)
    made_by = hand("relevé par")
    made_at = models.DateTimeField("noté le", db_default=Now())
    checked_by = later_hand("contrôlé par")
    checked_at = models.DateTimeField("contrôlé le", null=True)

    class Meta:
        verbose_name = "avancement d’un chantier"
        constraints = [
            models.UniqueConstraint(fields=["worksite", "day"], name="work_progress_once_a_day"),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_at=None)
                | Q(checked_at__isnull=False) & ~Q(checked_by=F("made_by")),
                name="work_progress_checked_by_another",
            ),
        ]


class WorkPhoto(models.Model):
    """A photograph of the progress, made anew: nothing of the file that came but its pixels."""

    progress = models.ForeignKey(WorkProgress, on_delete=models.CASCADE, related_name="photos")
    sha256 = models.CharField("empreinte", max_length=64)
    content = models.BinaryField("contenu")
    added_by = hand("jointe par")
    added_at = models.DateTimeField("jointe le", db_default=Now())

    class Meta:
        verbose_name = "photographie d’un chantier"
        constraints = [models.UniqueConstraint(fields=["progress", "sha256"], name="work_photo_once")]


class TreeCount(models.Model):
    """Trees (or plants) counted alive some day after planting: the survival at 12 months is read of it."""

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="tree_counts")
    day = models.DateField("compté le")
    planted = models.PositiveIntegerField("plantés")
    alive = models.PositiveIntegerField("vivants")
    made_by = hand("compté par")
    made_at = models.DateTimeField("noté le", db_default=Now())

    class Meta:
        verbose_name = "comptage d’arbres"
        constraints = [
            models.UniqueConstraint(fields=["worksite", "day"], name="tree_count_once_a_day"),
            models.CheckConstraint(
                condition=Q(planted__gte=1, alive__lte=F("planted")), name="trees_alive_were_planted"
            ),
        ]


class WorkHandover(models.Model):
    """The work given to the commune: the day, who received it, what was still to mend."""

    worksite = models.OneToOneField("delivery.Worksite", on_delete=models.PROTECT, related_name="handover")
    day = models.DateField("remis le")
    received_by = models.CharField("reçu par", max_length=160)
    reserves = models.CharField("réserves", max_length=500, default="", blank=True)
    made_by = hand("remis par")
    made_at = models.DateTimeField("noté le", db_default=Now())

    class Meta:
        verbose_name = "remise d’un ouvrage"
        constraints = [models.CheckConstraint(condition=~Q(received_by=""), name="handover_has_a_receiver")]


class CommitteeMember(models.Model):
    """A member of the committee that keeps the work in repair: an office, held until `ended_on`."""

    class Office(models.TextChoices):
        PRESIDENT = "president", "président"
        TREASURER = "treasurer", "trésorier"
        SECRETARY = "secretary", "secrétaire"
        MEMBER = "member", "membre"

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="committee")
    name = models.CharField("nom", max_length=120)
    woman = models.BooleanField("femme")
    office = models.CharField("fonction", max_length=9, choices=Office)
    since = models.DateField("depuis le")
    ended_on = models.DateField("jusqu’au", null=True)

    class Meta:
        verbose_name = "membre du comité d’entretien"
        constraints = [
            models.UniqueConstraint(
                fields=["worksite", "office"], condition=Q(ended_on__isnull=True) & ~Q(office="member"),
                name="committee_office_once",
            ),
        ]  # fmt: skip
