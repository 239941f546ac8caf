"""Who asks for work, who was drawn, the crews and the workers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.delivery.works.states import APPLICATION
from jigi.enrolment.models import Enrolment
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person


class WorkApplication(models.Model):
    """One adult of a household asks for a place on a worksite; `number` is their ticket, from 1 on each worksite.

    `rank` is the place in the order of the draw, from 1 among the chosen, then among the substitutes.
    """

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="applications")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="candidat")
    number = models.PositiveIntegerField("numéro")
    woman = models.BooleanField("femme")
    criteria = ArrayField(models.CharField(max_length=20), verbose_name="critères", default=list, blank=True)
    points = models.PositiveSmallIntegerField("points", default=0)
    rank = models.PositiveIntegerField("rang", null=True)
    status = models.CharField("état", max_length=10, choices=APPLICATION.choices, default="applied")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("reçue le", db_default=Now())

    class Meta:
        verbose_name = "candidature à un chantier"
        constraints = [
            models.UniqueConstraint(fields=["worksite", "number"], name="work_application_number_once"),
            models.UniqueConstraint(
                fields=["worksite", "household"], condition=~Q(status="withdrawn"),
                name="work_application_one_adult_per_household",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("applied", "withdrawn")) | Q(rank__isnull=False),
                name="work_application_rank_is_drawn",
            ),
        ]  # fmt: skip


class WorkDraw(models.Model):
    """The public draw of a worksite: a list closed and hashed before the seed was known, and the seed said in public.

    `list_hash` is SHA-256 of the applications, one « number|household|F or H|points » a line in order.
    """

    class Method(models.TextChoices):
        LOTTERY = "lottery", "tirage au sort"
        RANKING = "ranking", "classement par critères"

    worksite = models.OneToOneField("delivery.Worksite", on_delete=models.PROTECT, related_name="draw")
    method = models.CharField("méthode", max_length=8, choices=Method)
    applicants = models.PositiveIntegerField("candidats")
    list_hash = models.CharField("empreinte de la liste", max_length=64)
    closed_by = hand("liste close par")
    closed_at = models.DateTimeField("liste close le", db_default=Now())
    seed = models.CharField("graine dite en public", max_length=80, default="", blank=True)
    witnesses = models.CharField("témoins", max_length=300, default="", blank=True)
    drawn_by = later_hand("tiré par")
    drawn_at = models.DateTimeField("tiré le", null=True)

    class Meta:
        verbose_name = "tirage d’un chantier"
        constraints = [
            models.CheckConstraint(condition=Q(list_hash__regex="^[0-9a-f]{64}$"), name="work_draw_is_of_a_list"),
            models.CheckConstraint(
                condition=Q(seed="", witnesses="", drawn_by=None, drawn_at=None)
                | ~Q(seed="") & ~Q(witnesses="") & Q(drawn_by__isnull=False, drawn_at__isnull=False),
                name="work_draw_has_a_seed_and_witnesses",
            ),
            models.CheckConstraint(
                condition=Q(drawn_by=None) | ~Q(drawn_by=F("closed_by")), name="work_draw_by_another"
            ),
        ]


class Crew(models.Model):
    """Workers who work together and share a sheet; numbered from 1 on each worksite."""

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="crews")
    number = models.PositiveSmallIntegerField("équipe")
    name = models.CharField("nom", max_length=60)

    class Meta:
        verbose_name = "équipe"
        constraints = [models.UniqueConstraint(fields=["worksite", "number"], name="crew_number_once")]

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """One who was hired, from a day, until a day when they left; `number` is their line on the sheets of the crew.

    `component` is the contract's, repeated so that no household works twice in it the same day.
    """

    worksite = models.ForeignKey("delivery.Worksite", on_delete=models.PROTECT, related_name="workers", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="workers", verbose_name="équipe")
    number = models.PositiveSmallIntegerField("ligne")
    application = models.OneToOneField(WorkApplication, on_delete=models.PROTECT, related_name="worker")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+", verbose_name="inscription")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="travailleur")
    woman = models.BooleanField("femme")
    starts_on = models.DateField("embauché le")
    ends_on = models.DateField("dernier jour", null=True)
    end_reason = models.CharField("motif du départ", max_length=160, default="", blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name="remplace"
    )

    class Meta:
        verbose_name = "travailleur d’un chantier"
        constraints = [
            models.UniqueConstraint(fields=["crew", "number"], name="worker_line_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None, end_reason="") | Q(ends_on__isnull=False) & ~Q(end_reason=""),
                name="worker_leaves_for_a_reason",
            ),
        ]
