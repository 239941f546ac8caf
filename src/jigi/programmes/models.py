"""Programmes, components, their communes, financing agreements and agencies, as loaded from TOML files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Round
from django.utils import timezone

from jigi.foundation.periods import Period
from jigi.geography.models import Area
from jigi.ledger.models import Account
from jigi.programmes.budget_models import Budget as Budget  # tables of this package too
from jigi.programmes.budget_models import BudgetLine as BudgetLine
from jigi.programmes.eligible_models import Eligibility as Eligibility
from jigi.programmes.eligible_models import EligibleItem as EligibleItem
from jigi.programmes.rules import period_of_term

XOF = "XOF"
WHOLE_BP = 10_000
"""The whole of an amount, in ten-thousandths."""


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
    """One thing a programme gives: an amount at each term, for a number of terms.

    What is earned (works, grants) is paid as it is earned: `amount_xof` is then the wage of a day, or the most that a
    grant can be. Sessions and nutrition give no money: their amount is 0, and no round pays them.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", "transfert monétaire"
        EMERGENCY = "emergency", "transfert d’urgence"
        SESSIONS = "sessions", "mesures d’accompagnement"
        NUTRITION = "nutrition", "paquet nutritionnel préventif"
        WORKS = "works", "travaux à haute intensité de main-d’œuvre"
        GRANTS = "grants", "subvention d’activité"

    EARNED = (Kind.WORKS, Kind.GRANTS)
    PAID = (Kind.REGULAR, Kind.EMERGENCY, *EARNED)

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
            models.CheckConstraint(
                condition=Q(kind__in=("sessions", "nutrition"), amount_xof=0)
                | ~Q(kind__in=("sessions", "nutrition")) & Q(amount_xof__gt=0),
                name="component_amount_is_positive",
            ),
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
    """A financing agreement as it was signed: a donor's amount, between two dates.

    `closes_on` is the closing that the programme's file says; `first_closes_on` the one signed at first, when the
    file has moved it. What amendments add is never written here: terms.terms_on() derives what is in force.
    `amount`, in `currency`, was counted at `rate` XOF the unit, the rate of the day `rate_on`; all three are null
    when the agreement is in XOF. `management_bp` (ten-thousandths of the amount) pays the costs of management and is
    never available to a round.
    """

    code = models.CharField("convention", max_length=40, unique=True)
    donor = models.CharField("bailleur", max_length=120)
    name = models.CharField("intitulé", max_length=200)
    amount_xof = models.BigIntegerField("montant")
    effective_on = models.DateField("entrée en vigueur")
    closes_on = models.DateField("clôture")
    first_closes_on = models.DateField("clôture signée d’abord", null=True)
    signed_on = models.DateField("signature", null=True)
    currency = models.CharField("monnaie", max_length=3, default=XOF)
    amount = models.DecimalField("montant en monnaie de la convention", max_digits=18, decimal_places=2, null=True)
    rate = models.DecimalField("cours", max_digits=18, decimal_places=6, null=True)
    rate_on = models.DateField("date du cours", null=True)
    management_bp = models.PositiveSmallIntegerField("frais de gestion, en dix-millièmes", default=0)

    class Meta:
        verbose_name = "convention de financement"
        constraints = [
            models.CheckConstraint(
                condition=Q(currency=XOF, amount=None, rate=None, rate_on=None)
                | ~Q(currency=XOF)
                & Q(amount__isnull=False, amount__gt=0, rate__isnull=False, rate__gt=0, rate_on__isnull=False),
                name="agreement_currency_has_a_dated_rate",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount_xof=Round(F("amount") * F("rate"))),
                name="agreement_amount_is_converted",
            ),
            models.CheckConstraint(condition=Q(management_bp__lt=WHOLE_BP), name="agreement_management_is_a_part"),
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="agreement_amount_is_positive"),
            models.CheckConstraint(condition=Q(closes_on__gt=F("effective_on")), name="agreement_closes_after"),
        ]

    def __str__(self) -> str:
        return f"{self.donor} {self.code}"


class AgreementDocument(models.Model):
    """A signed paper of an agreement, made anew; `sha256` is the digest of the file as it was sent. Never changed."""

    class Kind(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "photographie JPEG"
        PNG = "image/png", "image PNG"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("type", max_length=20, choices=Kind)
    sha256 = models.CharField("empreinte", max_length=64)
    content = models.BinaryField("contenu")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("jointe le", db_default=Now())

    class Meta:
        verbose_name = "document d’une convention"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "sha256"], name="agreement_document_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("application/pdf", "image/jpeg", "image/png")), name="agreement_document_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Amendment(models.Model):
    """What somebody asks to change of an agreement, numbered; it counts once another person has confirmed it.

    The table only grows (sql/amendments.sql). `amount`, `rate` and `rate_on` as in Agreement, in its currency.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", "report de clôture"
        ADDITION = "addition", "montant supplémentaire"
        REDUCTION = "reduction", "réduction du montant"
        ELIGIBILITY = "eligibility", "dépenses éligibles"
        BUDGET = "budget", "lignes du budget"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField("avenant")
    kind = models.CharField("objet", max_length=12, choices=Kind)
    closes_on = models.DateField("nouvelle clôture", null=True)
    amount_xof = models.BigIntegerField("montant", null=True)
    amount = models.DecimalField("montant en monnaie de la convention", max_digits=18, decimal_places=2, null=True)
    rate = models.DecimalField("cours", max_digits=18, decimal_places=6, null=True)
    rate_on = models.DateField("date du cours", null=True)
    signed_on = models.DateField("signature")
    reason = models.CharField("motif", max_length=500)
    document = models.ForeignKey(AgreementDocument, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandé le", db_default=Now())

    class Meta:
        verbose_name = "avenant"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="amendment_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="amendment_is_numbered_from_one"),
            models.CheckConstraint(
                condition=Q(kind="extension", closes_on__isnull=False, amount_xof=None, amount=None)
                | Q(kind__in=("addition", "reduction"), closes_on=None, amount_xof__isnull=False, amount_xof__gt=0)
                | Q(kind__in=("eligibility", "budget"), closes_on=None, amount_xof=None, amount=None),
                name="amendment_says_what_it_changes",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, rate=None, rate_on=None)
                | Q(amount__isnull=False, amount__gt=0, rate__isnull=False, rate__gt=0, rate_on__isnull=False)
                & Q(amount_xof=Round(F("amount") * F("rate"))),
                name="amendment_amount_is_converted",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"avenant {self.number}"


class AmendmentDecision(models.Model):
    """Another person's decision about an amendment, once and for good (sql/amendments.sql refuses the same hand)."""

    amendment = models.OneToOneField(Amendment, on_delete=models.PROTECT, related_name="decision")
    confirmed = models.BooleanField("confirmé")
    reason = models.CharField("motif", max_length=500, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("décidé le", db_default=Now())

    class Meta:
        verbose_name = "décision sur un avenant"
        constraints = [
            models.CheckConstraint(condition=Q(confirmed=True) | ~Q(reason=""), name="amendment_refusal_has_a_reason"),
        ]


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


class FeeRule(models.Model):
    """What an agency takes for a payment; the most specific rule in force wins: nearest area, then programme.

    The fee is `fixed_xof` plus `per_mille` thousandths of the amount rounded half up, at least `least_xof`, at most
    `most_xof`. On top, it is paid to the agency by the agreement; included, the agency keeps it out of the amount.
    A rule is made by one person and approved by another, or comes with a reviewed programme file (`file_hash`).
    """

    class Mode(models.TextChoices):
        INCLUDED = "included", "compris dans le montant"
        ON_TOP = "on_top", "en sus du montant"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="fee_rules")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au", null=True)
    mode = models.CharField("mode", max_length=8, choices=Mode)
    fixed_xof = models.BigIntegerField("fixe par paiement")
    per_mille = models.DecimalField("pour mille du montant", max_digits=6, decimal_places=2)
    least_xof = models.BigIntegerField("au moins", null=True)
    most_xof = models.BigIntegerField("au plus", null=True)
    why = models.CharField("motif et pièce", max_length=300)
    file_hash = models.CharField("empreinte du fichier", max_length=64, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("proposée le", db_default=Now())
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("approuvée le", null=True)

    class Meta:
        verbose_name = "règle de frais"
        constraints = [
            models.CheckConstraint(
                condition=Q(fixed_xof__gte=0, per_mille__gte=0, per_mille__lte=1000)
                & (Q(least_xof__isnull=True) | Q(least_xof__gte=0)),
                name="fee_rule_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(most_xof__isnull=True)
                | Q(most_xof__gt=0) & (Q(least_xof__isnull=True) | Q(most_xof__gte=F("least_xof"))),
                name="fee_rule_most_is_above_least",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="fee_rule_says_why"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="fee_rule_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False)
                & (~Q(approved_by=F("made_by")) | ~Q(file_hash="")),
                name="fee_rule_approver_is_not_its_maker",
            ),
        ]

    @property
    def in_force(self) -> bool:
        """Approved, and not over: a last day may be given to it."""
        return self.approved_at is not None and (self.valid_until is None or self.valid_until >= timezone.localdate())

    def __str__(self) -> str:
        return f"{self.agency} · {self.get_mode_display()}"


class Advance(models.Model):
    """Money sent to an agency before it pays, by bank transfer; `cleared_xof` is what its payments have justified.

    Made by one person and approved by another. Beyond what the agreement has committed with the agency, a decision
    says why.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="advances")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="advances")
    amount_xof = models.BigIntegerField("montant")
    cleared_xof = models.BigIntegerField("apuré", default=0)
    reference = models.CharField("référence du virement", max_length=60)
    paid_on = models.DateField("date du virement")
    document = models.CharField("pièce", max_length=200)
    decision = models.CharField("décision de dépassement", max_length=300, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("saisie le", db_default=Now())
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("approuvée le", null=True)

    class Meta:
        verbose_name = "avance"
        constraints = [
            models.UniqueConstraint(fields=["agency", "reference"], name="advance_reference_once"),
            models.CheckConstraint(condition=Q(amount_xof__gt=0), name="advance_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(cleared_xof__gte=0, cleared_xof__lte=F("amount_xof")), name="advance_cleared_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, cleared_xof=0)
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("made_by")),
                name="advance_approver_is_not_its_maker",
            ),
            models.CheckConstraint(condition=~Q(reference="") & ~Q(document=""), name="advance_has_its_papers"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} · {self.reference}"
