"""Accounts, books, entries and postings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Now


class Account(models.Model):
    """A place where money stands. `balance_xof` = received − given, kept by a trigger on postings."""

    class Kind(models.TextChoices):
        DONOR = "donor", "bailleur"
        AVAILABLE = "available", "disponible"
        PROGRAMME = "programme", "réservé au programme"
        AGENCY = "agency", "chez l’agence"
        PAID = "paid", "versé aux ménages"
        FEES = "fees", "frais d’agence réservés"
        FEES_HELD = "fees_held", "frais d’agence remis"
        FEES_PAID = "fees_paid", "frais d’agence versés"
        TREASURY = "treasury", "trésorerie"
        ADVANCE = "advance", "avances à l’agence"
        CLEARED = "cleared", "avances apurées"
        MANAGEMENT = "management", "frais de gestion"
        BANK = "bank", "en banque"
        RECEIVED = "received", "reçu en banque"
        CHARGES = "charges", "frais de la banque"
        CONTRACT = "contract", "engagé par contrat"
        CONTRACT_PAID = "contractpaid", "versé aux opérateurs"

    code = models.CharField("compte", max_length=120, unique=True)
    name = models.CharField("libellé", max_length=200)
    kind = models.CharField("nature", max_length=12, choices=Kind)
    fund = models.CharField("convention", max_length=60, db_index=True)
    balance_xof = models.BigIntegerField("solde", default=0)

    class Meta:
        verbose_name = "compte"
        constraints = [
            models.CheckConstraint(
                # A bank lets an account go below zero; it says so in its statement.
                condition=Q(kind="bank")
                | Q(kind__in=("donor", "treasury", "received"), balance_xof__lte=0)
                | Q(~Q(kind__in=("donor", "treasury", "received")), balance_xof__gte=0),
                name="account_never_overdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    """A set of postings kept in one partition: the general book, or the book of one payment round."""

    code = models.CharField("livre", max_length=60, unique=True)
    title = models.CharField("titre", max_length=200)
    opened_at = models.DateTimeField("ouvert le", db_default=Now())

    class Meta:
        verbose_name = "livre"


class Entry(models.Model):
    """One business act that moves money. The pair (kind, cause) posts once, whatever is retried."""

    class Kind(models.TextChoices):
        GRANT = "grant", "dotation"
        RESERVE = "reserve", "réservation"
        COMMIT = "commit", "engagement"
        SETTLE = "settle", "rapprochement"
        REFUND = "refund", "retour au fonds"
        OPEN = "open", "reprise des soldes"
        ADVANCE = "advance", "avance à une agence"
        CLEAR = "clear", "apurement d’avances"
        BANK = "bank", "opération de la banque"
        CONTRACT = "contract", "contrat d’opérateur"

    kind = models.CharField("nature", max_length=10, choices=Kind)
    cause = models.CharField("cause", max_length=80)
    label = models.CharField("libellé", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField("passée le", db_default=Now())
    accounted_on = models.DateField("date comptable", db_default=Cast(Now(), models.DateField()))

    class Meta:
        verbose_name = "écriture"
        constraints = [models.UniqueConstraint(fields=["kind", "cause"], name="entry_cause_posts_once")]


class Posting(models.Model):
    """`amount_xof` from `credit` to `debit`, because of `item` (the number of the thing paid for).

    The table is partitioned by book (sql/tables.sql). `kind` and `item`, with the `attempt`, post once in a
    book: a second payment of one entitlement's attempt can't be written.
    """

    class Kind(models.TextChoices):
        GRANT = "grant", "dotation"
        RESERVE = "reserve", "réservation"
        COMMIT = "commit", "remis à l’agence"
        PAY = "pay", "versé"
        UNPAID = "unpaid", "non versé"
        REVERSE = "reverse", "versement annulé"
        REFUND = "refund", "retour au fonds"
        UNDO = "undo", "rapprochement défait"
        FEE = "fee", "frais d’agence"
        OPEN = "open", "reprise des soldes"
        ADVANCE = "advance", "avance à l’agence"
        CLEAR = "clear", "apurement d’avance"
        BANK = "bank", "opération de la banque"
        ENGAGE = "engage", "engagé par contrat"
        DELIVER = "deliver", "livrable payé"
        UNENGAGE = "unengage", "reste d’un contrat, rendu"

    id = models.BigIntegerField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.DO_NOTHING, related_name="postings")
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="postings")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    item = models.BigIntegerField("objet")
    attempt = models.SmallIntegerField("présentation", default=1)
    debit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="received")
    credit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="given")
    amount_xof = models.BigIntegerField("montant")

    class Meta:
        managed = False
        db_table = "ledger_posting"
        verbose_name = "mouvement"


class Closing(models.Model):
    """A period of accounts that is closed: no entry dated in it may post, until two persons reopen it.

    Who asks the reopening says why; another person grants it. The row stays: a second closing is another row.
    """

    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("clos le", db_default=Now())
    reopen_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reopen_why = models.CharField("motif de réouverture", max_length=300, default="", blank=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reopened_at = models.DateTimeField("rouvert le", null=True)

    class Meta:
        verbose_name = "clôture comptable"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="closing_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(reopen_asked_by__isnull=True, reopen_why="")
                | Q(reopen_asked_by__isnull=False) & ~Q(reopen_why=""),
                name="closing_reopening_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reopened_by__isnull=True, reopened_at__isnull=True)
                | Q(reopened_by__isnull=False, reopened_at__isnull=False, reopen_asked_by__isnull=False)
                & ~Q(reopened_by=F("reopen_asked_by")),
                name="closing_reopened_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"


class Opening(models.Model):
    """A file of opening balances that was taken, known by its hash; `entries` funds were opened by it."""

    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64, unique=True)
    balances = models.BigIntegerField("soldes")
    entries = models.BigIntegerField("conventions")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("pris le", db_default=Now())

    class Meta:
        verbose_name = "reprise des soldes"


class OpeningRequest(models.Model):
    """A file of opening balances that one person asks to take; another confirms it, or it is refused with the reason.

    `content` is the file as it was sent: what is confirmed is what was looked at (sql/opening_requests.sql).
    """

    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    content = models.BinaryField("contenu")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandée le", db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("décidée le", null=True)
    refusal = models.CharField("motif du refus", max_length=300, default="", blank=True)
    taken = models.OneToOneField(Opening, on_delete=models.PROTECT, null=True, related_name="request")

    class Meta:
        verbose_name = "demande de reprise des soldes"
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash"], condition=Q(decided_at__isnull=True), name="opening_request_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, taken__isnull=True, refusal="")
                | Q(decided_by__isnull=False, decided_at__isnull=False, taken__isnull=True) & ~Q(refusal="")
                | Q(decided_by__isnull=False, decided_at__isnull=False, taken__isnull=False, refusal="")
                & ~Q(decided_by=F("asked_by")),
                name="opening_request_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
