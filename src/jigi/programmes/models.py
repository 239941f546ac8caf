"""Programmes, components, their communes, financing agreements and agencies, as loaded from TOML files."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jigi.foundation.periods import Period
from jigi.geography.models import Area
from jigi.ledger.models import Account
from jigi.programmes.rules import period_of_term


class Programme(models.Model):
    """A programme as its reviewed file says; `file_hash` is the SHA-256 of the file that is in force."""

    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=160)
    description = models.TextField("description", default="", blank=True)
    unit = models.CharField("unité de mise en œuvre", max_length=160, default="", blank=True)
    author = models.CharField("auteur du fichier", max_length=160)
    source = models.TextField("source")
    valid_from = models.DateField("valable du")
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    loaded_at = models.DateTimeField("chargé le", auto_now=True)

    class Meta:
        verbose_name = "programme"

    def __str__(self) -> str:
        return self.name


class Component(models.Model):
    """One thing a programme gives: an amount at each term, for a number of terms."""

    class Kind(models.TextChoices):
        REGULAR = "regular", "transfert monétaire"
        EMERGENCY = "emergency", "transfert d’urgence"

    class RecipientRule(models.TextChoices):
        DESIGNATED_OR_HEAD = "designated_or_head", "l’allocataire désigné, à défaut le chef de ménage"
        DESIGNATED = "designated", "l’allocataire désigné seulement"

    class PayPointRule(models.TextChoices):
        COMMUNE = "commune", "un site par commune"
        VILLAGE = "village", "un site par village"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="components")
    code = models.CharField("code", max_length=40)
    name = models.CharField("nom", max_length=160)
    kind = models.CharField("nature", max_length=12, choices=Kind)
    purpose = models.CharField("objet", max_length=40)
    amount_xof = models.BigIntegerField("montant par échéance")
    terms = models.PositiveSmallIntegerField("échéances")
    first_period = models.CharField("première période", max_length=30)
    months = models.PositiveSmallIntegerField("mois par échéance")
    planned_households = models.BigIntegerField("ménages prévus", null=True)
    recipient_rule = models.CharField(
        "allocataire", max_length=20, choices=RecipientRule, default=RecipientRule.DESIGNATED_OR_HEAD
    )
    pay_point_rule = models.CharField(
        "site de paiement", max_length=10, choices=PayPointRule, default=PayPointRule.COMMUNE
    )

    class Meta:
        verbose_name = "composante"
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="component_code_once"),
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="component_amount_is_positive"),
            models.CheckConstraint(condition=Q(terms__gte=1, months__gte=1), name="component_has_terms"),
        ]

    def __str__(self) -> str:
        return self.name

    def period(self, term: int) -> Period:
        """The period of the term numbered from 1."""
        return period_of_term(Period.parse(self.first_period), self.months, term)


class ComponentCommune(models.Model):
    """A commune where a component is given, and for how many terms when it differs (12, or 16 in some)."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    terms = models.PositiveSmallIntegerField("échéances")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["component", "commune"], name="component_commune_once")]


class Agreement(models.Model):
    """A financing agreement: a donor's amount in XOF, between two dates.

    `closes_on` is the closing in force; `first_closes_on` the one signed at first, when it was moved since.
    """

    code = models.CharField("convention", max_length=40, unique=True)
    donor = models.CharField("bailleur", max_length=120)
    name = models.CharField("intitulé", max_length=200)
    amount_xof = models.BigIntegerField("montant")
    effective_on = models.DateField("entrée en vigueur")
    closes_on = models.DateField("clôture")
    first_closes_on = models.DateField("clôture signée d’abord", null=True)

    class Meta:
        verbose_name = "convention de financement"
        constraints = [
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="agreement_amount_is_positive"),
            models.CheckConstraint(condition=Q(closes_on__gt=F("effective_on")), name="agreement_closes_after"),
        ]

    def __str__(self) -> str:
        return f"{self.donor} {self.code}"


class FundingLine(models.Model):
    """What an agreement pays of a component, with the accounts the money goes through."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="funding_lines")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="funding_lines")
    rank = models.PositiveSmallIntegerField("ordre d’emploi")
    available = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reserved = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    paid = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "ligne de financement"
        constraints = [
            models.UniqueConstraint(fields=["component", "agreement"], name="funding_line_once"),
            models.UniqueConstraint(fields=["component", "rank"], name="funding_line_rank_once"),
        ]

    def __str__(self) -> str:
        return str(self.agreement)


class FundingCommune(models.Model):
    """A commune whose households a funding line pays: alone, at its rank between two days, or for a percentage.

    The percentages of a commune sum to 100 (deferred trigger, sql/shares.sql).
    """

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="+")
    funding_line = models.ForeignKey(FundingLine, on_delete=models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField("ordre d’emploi", default=1)
    percent = models.PositiveSmallIntegerField("part (%)", null=True)
    starts_on = models.DateField("paie à partir du", null=True)
    ends_on = models.DateField("paie jusqu’au", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["component", "commune", "rank"], name="funding_line_rank_in_commune"),
            models.UniqueConstraint(
                fields=["component", "commune", "funding_line"], name="funding_line_once_in_commune"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True)
                | Q(percent__range=(1, 99), starts_on__isnull=True, ends_on__isnull=True),
                name="funding_share_has_no_dates",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="funding_turn_ends_after_it_starts",
            ),
        ]


class Agency(models.Model):
    """A payment agency: mobile money, microfinance, bank or pay points."""

    class Kind(models.TextChoices):
        WALLET = "wallet", "monnaie électronique"
        MFI = "mfi", "microfinance"
        BANK = "bank", "banque"
        CASH = "cash", "point de paiement"

    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("nature", max_length=10, choices=Kind)

    class Meta:
        verbose_name = "agence de paiement"

    def __str__(self) -> str:
        return self.name


class AgencyCommune(models.Model):
    """The agency that pays a component's households in a commune."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="agency_communes")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["component", "commune"], name="one_agency_per_commune")]


class AgencyAccount(models.Model):
    """Where the money of a funding line stands while an agency holds it."""

    funding_line = models.ForeignKey(FundingLine, on_delete=models.PROTECT, related_name="agency_accounts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["funding_line", "agency"], name="agency_account_once")]
