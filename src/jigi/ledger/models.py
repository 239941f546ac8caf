"""Accounts, books, entries and postings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Account(models.Model):
    """A place where money stands. `balance_xof` = received − given, kept by a trigger on postings."""

    class Kind(models.TextChoices):
        DONOR = "donor", "bailleur"
        AVAILABLE = "available", "disponible"
        PROGRAMME = "programme", "réservé au programme"
        AGENCY = "agency", "chez l’agence"
        PAID = "paid", "versé aux ménages"
        MANAGEMENT = "management", "frais de gestion"

    code = models.CharField("compte", max_length=120, unique=True)
    name = models.CharField("libellé", max_length=200)
    kind = models.CharField("nature", max_length=12, choices=Kind)
    fund = models.CharField("convention", max_length=60, db_index=True)
    balance_xof = models.BigIntegerField("solde", default=0)

    class Meta:
        verbose_name = "compte"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="donor", balance_xof__lte=0) | Q(~Q(kind="donor"), balance_xof__gte=0),
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

    kind = models.CharField("nature", max_length=10, choices=Kind)
    cause = models.CharField("cause", max_length=80)
    label = models.CharField("libellé", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField("passée le", db_default=Now())

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
