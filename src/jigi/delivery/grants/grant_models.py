"""Grants: their instalments and the evidence for each, the visits, a default, and the way out of the cash transfer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.grants.models import GrantApplication, GrantCall, GrantChoice
from jigi.delivery.grants.states import GRADUATION, GRANT, INSTALMENT
from jigi.delivery.hands import hand, later_hand
from jigi.enrolment.models import Enrolment
from jigi.foundation.sealed import SealedField
from jigi.geography.models import Area
from jigi.intake.models import Submission
from jigi.registry.models import Household, Person


class Grant(models.Model):
    """A grant decided: its whole amount, to the applicant of a selected application, through an enrolment."""

    application = models.OneToOneField(GrantApplication, on_delete=models.PROTECT, related_name="grant")
    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="grants")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="+", verbose_name="inscription")
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="allocataire")
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=GRANT.choices, default="running")
    made_at = models.DateTimeField("accordée le", db_default=Now())

    class Meta:
        verbose_name = "subvention"
        constraints = [
            models.UniqueConstraint(fields=["id", "contract"], name="grant_of_contract"),
            models.UniqueConstraint(fields=["id", "call"], name="grant_of_call"),
            models.UniqueConstraint(fields=["id", "household"], name="grant_of_household"),
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="grant_amount_is_positive"),
        ]

    def __str__(self) -> str:
        return f"subvention {self.application.shown}"


class GrantInstalment(models.Model):
    """A part of a grant: asked by one person with its evidence, released by another (GrantRelease).

    `amount_xof` is the tranche's of the call (a composite key), and their sum is never above the grant (a trigger).
    """

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="instalments")
    call = models.ForeignKey(GrantCall, on_delete=models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    number = models.PositiveSmallIntegerField("tranche")
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=INSTALMENT.choices, default="planned")
    asked_by = later_hand("demandée par")
    asked_at = models.DateTimeField("demandée le", null=True)
    why = models.CharField("motif", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "tranche d’une subvention"
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="grant_instalment_once"),
            models.UniqueConstraint(fields=["id", "grant"], name="grant_instalment_of_grant"),
            models.UniqueConstraint(fields=["id", "contract"], name="grant_instalment_of_contract"),
            models.UniqueConstraint(fields=["id", "amount_xof"], name="grant_instalment_amount"),
            models.CheckConstraint(
                condition=Q(status__in=("planned", "stopped"), asked_by=None, asked_at=None)
                | Q(status__in=("asked", "released"), asked_by__isnull=False, asked_at__isnull=False),
                name="grant_instalment_is_signed",
            ),
        ]
        indexes = [models.Index(fields=["call", "number", "status"], name="grant_instalment_by_status")]

    def __str__(self) -> str:
        return f"tranche {self.number}"


class GrantRelease(models.Model):
    """The release of an instalment: the cause of a due. One that is undone, before a round pays it, is kept.

    An instalment has one live release at most; what was released of a grant is never above it (a trigger).
    """

    instalment = models.ForeignKey(GrantInstalment, on_delete=models.PROTECT, related_name="releases")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="releases")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    amount_xof = models.BigIntegerField("montant")
    asked_by = hand("demandée par")
    released_by = hand("libérée par")
    released_on = models.DateField("libérée le")
    released_at = models.DateTimeField("enregistrée le", db_default=Now())
    undone_by = later_hand("défaite par")
    undone_at = models.DateTimeField("défaite le", null=True)
    undone_why = models.CharField("défaite parce que", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "libération d’une tranche"
        constraints = [
            models.UniqueConstraint(
                fields=["instalment"], condition=Q(undone_at=None), name="grant_instalment_released_once"
            ),
            models.CheckConstraint(condition=~Q(released_by=F("asked_by")), name="grant_release_two_hands"),
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None, undone_why="")
                | Q(undone_by__isnull=False, undone_at__isnull=False) & ~Q(undone_why=""),
                name="grant_release_undone_is_signed",
            ),
        ]
        indexes = [models.Index(fields=["released_on"], name="grant_release_by_day")]


class GrantVisit(models.Model):
    """A coaching visit, by a short form; those at 6 and 12 months are counted apart. A wrong one is struck out.

    `fiche` is the questionnaire it was read from, when it came from a phone.
    """

    class Sort(models.TextChoices):
        COACHING = "coaching", "accompagnement"
        MONTH_6 = "month6", "bilan à 6 mois"
        MONTH_12 = "month12", "bilan à 12 mois"

    class Activity(models.TextChoices):
        RUNNING = "running", "elle tourne"
        PAUSED = "paused", "elle est en pause"
        STOPPED = "stopped", "elle est arrêtée"

    class Trouble(models.TextChoices):
        NONE = "", "aucune"
        MARKET = "market", "débouchés"
        SUPPLY = "supply", "approvisionnement"
        DISEASE = "disease", "maladie des bêtes ou des plantes"
        MONEY = "money", "argent employé ailleurs"
        HEALTH = "health", "santé de la famille"
        SAFETY = "safety", "insécurité"
        OTHER = "other", "autre"

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="visits")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="porteur")
    sort = models.CharField("nature", max_length=10, choices=Sort, default="coaching")
    held_on = models.DateField("jour")
    visitor = models.CharField("visiteur", max_length=120)
    activity = models.CharField("activité", max_length=8, choices=Activity)
    income_xof = models.BigIntegerField("revenu mensuel", null=True)
    assets_xof = models.BigIntegerField("valeur des biens de l’activité", null=True)
    trouble = models.CharField("difficulté", max_length=8, choices=Trouble, default="", blank=True)
    advice = models.CharField("conseil donné", max_length=500, default="", blank=True)
    fiche = models.OneToOneField(
        Submission, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="questionnaire reçu"
    )
    made_by = hand("saisie par")
    made_at = models.DateTimeField("saisie le", db_default=Now())
    struck_by = later_hand("rayée par")
    struck_at = models.DateTimeField("rayée le", null=True)
    struck_why = models.CharField("rayée parce que", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "visite d’accompagnement"
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "sort"], condition=Q(sort__in=("month6", "month12"), struck_at=None),
                name="grant_follow_up_once",
            ),
            models.UniqueConstraint(
                fields=["grant", "held_on"], condition=Q(struck_at=None), name="grant_visit_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(sort="coaching") | Q(income_xof__isnull=False, assets_xof__isnull=False),
                name="grant_follow_up_says_income_and_assets",
            ),
            models.CheckConstraint(
                condition=(Q(income_xof=None) | Q(income_xof__gte=0)) & (Q(assets_xof=None) | Q(assets_xof__gte=0)),
                name="grant_visit_francs",
            ),
            models.CheckConstraint(
                condition=Q(struck_by=None, struck_at=None, struck_why="")
                | Q(struck_by__isnull=False, struck_at__isnull=False) & ~Q(struck_why=""),
                name="grant_visit_struck_is_signed",
            ),
        ]  # fmt: skip


class GrantEvidence(models.Model):
    """What supports the release of an instalment: a receipt with its amount, or a photograph.

    The picture is made anew (foundation.images) and sealed; `sha256` is that of the file as it was sent: the same
    paper is never counted twice.
    """

    class Sort(models.TextChoices):
        RECEIPT = "receipt", "reçu"
        PHOTO = "photo", "photographie"

    instalment = models.ForeignKey(GrantInstalment, on_delete=models.PROTECT, related_name="evidence")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    sort = models.CharField("nature", max_length=8, choices=Sort)
    amount_xof = models.BigIntegerField("montant du reçu", null=True)
    note = models.CharField("ce que c’est", max_length=200)
    sealed = SealedField("image, chiffrée", kind="grant_evidence")
    sha256 = models.CharField("empreinte", max_length=64, unique=True)
    made_by = hand("jointe par")
    made_at = models.DateTimeField("jointe le", db_default=Now())

    class Meta:
        verbose_name = "pièce d’une tranche"
        constraints = [
            models.CheckConstraint(
                condition=Q(sort="receipt", amount_xof__gt=0) | Q(sort="photo", amount_xof=None),
                name="grant_receipt_says_its_amount",
            ),
        ]


class GrantDefault(models.Model):
    """A default: why, what is asked back, found by one person and confirmed by another; it may be lifted."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="defaults")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    reason = models.ForeignKey(GrantChoice, on_delete=models.PROTECT, related_name="+", verbose_name="motif")
    told = models.CharField("ce qui s’est passé", max_length=500)
    given_xof = models.BigIntegerField("montant déjà libéré")
    back_xof = models.BigIntegerField("montant redemandé")
    found_by = hand("constaté par")
    found_at = models.DateTimeField("constaté le", db_default=Now())
    confirmed_by = later_hand("confirmé par")
    confirmed_at = models.DateTimeField("confirmé le", null=True)
    ended_by = later_hand("levé par")
    ended_at = models.DateTimeField("levé le", null=True)
    ended_why = models.CharField("levé parce que", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "défaut"
        constraints = [
            models.UniqueConstraint(fields=["grant"], condition=Q(ended_at=None), name="grant_one_live_default"),
            models.CheckConstraint(condition=~Q(confirmed_by=F("found_by")), name="grant_default_two_hands"),
            models.CheckConstraint(
                condition=Q(back_xof__gte=0, back_xof__lte=F("given_xof")), name="grant_default_back_is_a_part"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="grant_default_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None, ended_why="")
                | Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(ended_why=""),
                name="grant_default_end_is_signed",
            ),
        ]


class GrantGraduation(models.Model):
    """A household that the rule says may leave the cash transfer: `told` are the facts, a person confirms."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="graduations")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name="contrat")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="+", verbose_name="inscription au transfert"
    )
    income_before_xof = models.BigIntegerField("revenu mensuel d’avant")
    income_after_xof = models.BigIntegerField("revenu mensuel à 12 mois")
    assets_xof = models.BigIntegerField("valeur des biens à 12 mois")
    status = models.CharField("état", max_length=10, choices=GRADUATION.choices, default="proposed")
    proposed_by = hand("proposée par")
    proposed_at = models.DateTimeField("proposée le", db_default=Now())
    decided_by = later_hand("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    why = models.CharField("motif", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "sortie proposée du transfert"
        constraints = [
            models.UniqueConstraint(fields=["grant", "enrolment"], name="grant_graduation_once"),
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="grant_graduation_two_hands"),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None, decided_at=None)
                | ~Q(status="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="grant_graduation_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="dismissed") | ~Q(why=""), name="grant_graduation_dismissal_has_a_reason"
            ),
        ]
