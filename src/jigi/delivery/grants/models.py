"""Calls for grants with the terms they were opened by, and the applications they received.

A call copies its terms (terms.py) into its own rows. Every row that names a household carries the contract of its
call, by which PostgreSQL decides who reads it; composite keys hold the two equal (sql/grants_guards.sql).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.grants.states import APPLICATION, CALL
from jigi.delivery.hands import hand
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person

MOST_MONTHS = 24


class GrantCall(models.Model):
    """A call: places and money for one activity in some communes, between two days, by copied terms."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", verbose_name="composante")
    code = models.CharField("code", max_length=20, unique=True)
    title = models.CharField("intitulé", max_length=160)
    opens_on = models.DateField("ouvre le")
    closes_on = models.DateField("ferme le")
    places = models.PositiveIntegerField("places")
    budget_xof = models.BigIntegerField("budget")
    grant_xof = models.BigIntegerField("montant d’une subvention")
    terms_code = models.CharField("conditions", max_length=20)
    terms_hash = models.CharField("empreinte des conditions", max_length=64)
    pass_percent = models.PositiveSmallIntegerField("note de passage (%)")
    least_members = models.PositiveSmallIntegerField("membres qui notent, au moins")
    training_days = models.PositiveSmallIntegerField("jours de formation avant la sélection")
    ties = ArrayField(models.CharField(max_length=50), verbose_name="départages")
    status = models.CharField("état", max_length=10, choices=CALL.choices, default="draft")
    made_by = hand("préparé par")
    made_at = models.DateTimeField("préparé le", db_default=Now())

    class Meta:
        verbose_name = "appel à candidatures"
        constraints = [
            models.UniqueConstraint(fields=["id", "contract"], name="grant_call_of_contract"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="grant_call_closes_after"),
            models.CheckConstraint(condition=Q(places__gte=1, grant_xof__gte=1), name="grant_call_gives_something"),
            models.CheckConstraint(condition=Q(budget_xof__gte=F("grant_xof")), name="grant_call_budget_pays_one"),
            models.CheckConstraint(condition=Q(pass_percent__lte=100), name="grant_call_pass_is_a_part"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.title}"


class GrantCallCommune(models.Model):
    """A commune where a call is open."""

    call = models.ForeignKey(GrantCall, on_delete=models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")

    class Meta:
        verbose_name = "commune d’un appel"
        constraints = [models.UniqueConstraint(fields=["call", "commune"], name="grant_call_commune_once")]


class GrantCriterion(models.Model):
    """A criterion of a call, with the most points that a member may give."""

    call = models.ForeignKey(GrantCall, on_delete=models.CASCADE, related_name="criteria")
    rank = models.PositiveSmallIntegerField("ordre")
    code = models.CharField("code", max_length=30)
    name = models.CharField("critère", max_length=120)
    most_points = models.PositiveSmallIntegerField("points au plus")

    class Meta:
        verbose_name = "critère d’un appel"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="grant_criterion_once"),
            models.UniqueConstraint(fields=["id", "call", "most_points"], name="grant_criterion_whole"),
            models.CheckConstraint(condition=Q(most_points__gte=1), name="grant_criterion_gives_points"),
        ]

    def __str__(self) -> str:
        return self.name


class GrantTranche(models.Model):
    """An instalment as the call promises it to everybody, with its conditions."""

    call = models.ForeignKey(GrantCall, on_delete=models.CASCADE, related_name="tranches")
    number = models.PositiveSmallIntegerField("tranche")
    title = models.CharField("intitulé", max_length=60)
    amount_xof = models.BigIntegerField("montant")
    training_days = models.PositiveSmallIntegerField("jours de formation")
    visits = models.PositiveSmallIntegerField("visites")
    receipts_percent = models.PositiveSmallIntegerField("part justifiée par des reçus (%)")
    photos = models.PositiveSmallIntegerField("photographies")
    after_days = models.PositiveSmallIntegerField("jours après la précédente")

    class Meta:
        verbose_name = "tranche d’un appel"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="grant_tranche_once"),
            models.UniqueConstraint(fields=["call", "number", "amount_xof"], name="grant_tranche_whole"),
            models.CheckConstraint(
                condition=Q(amount_xof__gt=0, number__gte=1, receipts_percent__lte=100), name="grant_tranche_gives"
            ),
        ]

    def __str__(self) -> str:
        return f"tranche {self.number}"


class GrantChoice(models.Model):
    """A word that a call lets choose: an activity, or a reason of default with what it asks back (percent)."""

    class Sort(models.TextChoices):
        ACTIVITY = "activity", "activité"
        REASON = "reason", "motif de défaut"

    call = models.ForeignKey(GrantCall, on_delete=models.CASCADE, related_name="choices")
    sort = models.CharField("sorte", max_length=10, choices=Sort)
    code = models.CharField("code", max_length=30)
    name = models.CharField("libellé", max_length=120)
    back_percent = models.PositiveSmallIntegerField("part redemandée (%)", default=0)

    class Meta:
        verbose_name = "choix d’un appel"
        constraints = [
            models.UniqueConstraint(fields=["call", "sort", "code"], name="grant_choice_once"),
            models.UniqueConstraint(fields=["id", "call"], name="grant_choice_of_call"),
            models.CheckConstraint(condition=Q(back_percent__lte=100), name="grant_choice_back_is_a_part"),
        ]

    def __str__(self) -> str:
        return self.name


class GrantGraduationRule(models.Model):
    """When a grantee of a call may be proposed to leave the cash transfer."""

    call = models.OneToOneField(GrantCall, on_delete=models.CASCADE, related_name="graduation_rule")
    months = models.PositiveSmallIntegerField("mois depuis la première tranche")
    income_rise_percent = models.PositiveSmallIntegerField("hausse du revenu (%)")
    assets_xof = models.BigIntegerField("valeur des biens")

    class Meta:
        verbose_name = "règle de sortie d’un appel"


class GrantApplication(models.Model):
    """What a household asks a call for, alone or in the name of a group: an activity and its plan, month by month.

    `incomes_xof` and `expenses_xof` are those of the months of the plan, as long as each other. `number` counts the
    applications of the call, in the order they came. `income_before_xof` is the household's income of a month now.
    """

    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="applications")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    number = models.PositiveIntegerField("numéro")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="porteur")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    activity = models.ForeignKey(GrantChoice, on_delete=models.PROTECT, related_name="+", verbose_name="activité")
    description = models.CharField("description", max_length=500)
    group_name = models.CharField("groupement", max_length=120, default="", blank=True)
    own_xof = models.BigIntegerField("apport du ménage", default=0)
    income_before_xof = models.BigIntegerField("revenu mensuel d’avant", null=True)
    incomes_xof = ArrayField(models.BigIntegerField(), verbose_name="recettes par mois")
    expenses_xof = ArrayField(models.BigIntegerField(), verbose_name="dépenses par mois")
    status = models.CharField("état", max_length=10, choices=APPLICATION.choices, default="submitted")
    why = models.CharField("motif", max_length=300, default="", blank=True)
    made_by = hand("saisie par")
    made_at = models.DateTimeField("déposée le", db_default=Now())

    class Meta:
        verbose_name = "candidature"
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="grant_application_number_once"),
            models.UniqueConstraint(fields=["id", "contract"], name="grant_application_of_contract"),
            models.UniqueConstraint(fields=["id", "call"], name="grant_application_of_call"),
            models.UniqueConstraint(fields=["id", "household"], name="grant_application_of_household"),
            models.CheckConstraint(
                condition=Q(incomes_xof__len=F("expenses_xof__len")) & Q(incomes_xof__len__range=(1, MOST_MONTHS)),
                name="grant_application_plan_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(own_xof__gte=0) & (Q(income_before_xof=None) | Q(income_before_xof__gte=0)),
                name="grant_application_francs",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | ~Q(why=""), name="grant_application_withdrawal_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["household"], name="grant_application_by_household")]

    def __str__(self) -> str:
        return f"candidature {self.shown}"

    @property
    def shown(self) -> str:
        """« AGR-KEB-0012 »: what papers and phones call it."""
        return f"{self.call.code}-{self.number:04}"

    @property
    def is_group(self) -> bool:
        return bool(self.group_name)


class GrantApplicant(models.Model):
    """A household that an application speaks for: the applicant's own (`leads`), and those of the group's members.

    `live` follows the application (a trigger): a household is in one live application of a component at most.
    """

    application = models.ForeignKey(GrantApplication, on_delete=models.CASCADE, related_name="applicants")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="personne")
    leads = models.BooleanField("porteur", default=False)
    live = models.BooleanField("en cours", default=True)

    class Meta:
        verbose_name = "ménage d’une candidature"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "component"], condition=Q(live=True), name="grant_one_live_application"
            ),
            models.UniqueConstraint(fields=["application", "household"], name="grant_applicant_once"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(leads=True), name="grant_application_one_leader"
            ),
        ]
