"""Operators, contracts, their communes, targets and deliverables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.states import CONTRACT, DELIVERABLE
from jigi.delivery.hands import hand, later_hand
from jigi.geography.models import Area
from jigi.programmes.models import Agreement, Component


class Operator(models.Model):
    """Who works in villages for the programme; its people are posted with its code as their organisation."""

    class Kind(models.TextChoices):
        NGO = "ngo", "ONG"
        HEALTH = "health", "centre de santé"
        COMMUNE = "commune", "commune"
        FIRM = "firm", "entreprise"

    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=160)
    kind = models.CharField("nature", max_length=10, choices=Kind)

    class Meta:
        verbose_name = "opérateur"
        constraints = [models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="operator_is_named")]

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """What an operator does for one component in some communes, paid by one agreement: `amount_xof` at most.

    Who prepared it does not sign it. `reserved_at` once its amount is set aside in the ledger (at the signature).
    """

    class Sort(models.TextChoices):
        SESSIONS = "sessions", "mesures d’accompagnement"
        NUTRITION = "nutrition", "paquet nutritionnel préventif"
        WORKS = "works", "travaux (HIMO)"
        GRANTS = "grants", "subventions (AGR)"

    number = models.CharField("numéro", max_length=40, unique=True)
    title = models.CharField("objet", max_length=200)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="contracts", verbose_name="opérateur")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="contracts")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="contracts")
    sort = models.CharField("composante", max_length=10, choices=Sort)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=CONTRACT.choices, default="draft")
    made_by = hand("préparé par")
    made_at = models.DateTimeField("préparé le", db_default=Now())
    signed_by = later_hand("signé par")
    signed_at = models.DateTimeField("signé le", null=True)
    closed_at = models.DateTimeField("clos le", null=True)

    class Meta:
        verbose_name = "contrat d’opérateur"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contract_ends_after"),
            models.CheckConstraint(condition=Q(amount_xof__gte=0), name="contract_amount_is_counted"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "cancelled"), signed_by=None, signed_at=None)
                | Q(status__in=("active", "closed"), signed_by__isnull=False, signed_at__isnull=False)
                & ~Q(signed_by=F("made_by")),
                name="contract_signed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) | ~Q(status="closed") & Q(closed_at=None),
                name="contract_closed_on_a_day",
            ),
            # A sibling's row says its contract and its component, commune or sort: the database holds them equal.
            models.UniqueConstraint(fields=["id", "sort"], name="contract_of_a_sort"),
            models.UniqueConstraint(fields=["id", "component"], name="contract_of_a_component"),
        ]

    def __str__(self) -> str:
        return self.number


class ContractCommune(models.Model):
    """A commune where a contract is worked."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")

    class Meta:
        verbose_name = "commune d’un contrat"
        constraints = [models.UniqueConstraint(fields=["contract", "commune"], name="contract_commune_once")]


class Target(models.Model):
    """What a contract must have reached on a day, in a commune or in all (None); `measure` is a word of its sort."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="targets")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="commune")
    measure = models.CharField("ce qui est compté", max_length=40)
    amount = models.BigIntegerField("cible")
    due_on = models.DateField("pour le")

    class Meta:
        verbose_name = "cible d’un contrat"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "commune", "measure", "due_on"], nulls_distinct=False, name="target_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="target_is_positive"),
        ]


class Deliverable(models.Model):
    """What a contract is paid on: the operator hands it in, a controller accepts it, the finances pay it."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="deliverables")
    rank = models.PositiveSmallIntegerField("rang")
    title = models.CharField("livrable", max_length=200)
    due_on = models.DateField("attendu le")
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=DELIVERABLE.choices, default="expected")
    evidence = models.CharField("ce qui est remis", max_length=500, default="", blank=True)
    submitted_by = later_hand("remis par")
    submitted_at = models.DateTimeField("remis le", null=True)
    accepted_by = later_hand("accepté par")
    accepted_at = models.DateTimeField("accepté le", null=True)
    paid_by = later_hand("payé par")
    paid_at = models.DateTimeField("payé le", null=True)
    document = models.CharField("pièce de paiement", max_length=120, default="", blank=True)

    class Meta:
        verbose_name = "livrable d’un contrat"
        constraints = [
            models.UniqueConstraint(fields=["contract", "rank"], name="deliverable_rank_once"),
            models.CheckConstraint(condition=Q(amount_xof__gte=0, rank__gte=1), name="deliverable_amount_is_counted"),
            models.CheckConstraint(
                condition=Q(status__in=("expected", "cancelled"), submitted_by=None, submitted_at=None)
                | Q(status__in=("submitted", "accepted", "paid"), submitted_by__isnull=False)
                & Q(submitted_at__isnull=False)
                & ~Q(evidence=""),
                name="deliverable_handed_in_with_evidence",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("expected", "submitted", "cancelled"), accepted_by=None, accepted_at=None)
                | Q(status__in=("accepted", "paid"), accepted_by__isnull=False, accepted_at__isnull=False)
                & ~Q(accepted_by=F("submitted_by")),
                name="deliverable_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") & Q(paid_by=None, paid_at=None, document="")
                | Q(status="paid", paid_by__isnull=False, paid_at__isnull=False)
                & ~Q(document="")
                & ~Q(paid_by=F("accepted_by"))
                & ~Q(paid_by=F("submitted_by")),
                name="deliverable_paid_by_a_third",
            ),
        ]

    def __str__(self) -> str:
        return self.title
