"""The programme's accounts at banks, what their statements say, and which entries of the ledger each line is.

A bank account mirrors accounts of the ledger: what an entry moves between them and the others is an item that the bank
must have seen. A match holds lines and items of equal sums; what is in none is outstanding on its side.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.models import User
from jigi.foundation.sealed import IndexField, SealedField, secret
from jigi.ledger.models import Account, Entry
from jigi.programmes.models import Agency, Agreement


def _hand(french: str, *, null: bool = False) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=french, null=null
    )


class BankAccount(models.Model):
    """An account at a bank, of an agreement or of an agency. `number` is sealed; `tail` is its last four marks."""

    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("intitulé", max_length=120)
    bank = models.CharField("banque", max_length=120)
    number_sealed = SealedField("numéro, chiffré", kind="account")
    number_index = IndexField("numéro, index aveugle")
    number = secret("account", "number_sealed", "number_index")
    tail = models.CharField("fin du numéro", max_length=4)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    own = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+", verbose_name="compte comptable")
    made_by = _hand("réglé par")
    made_at = models.DateTimeField("réglé le", db_default=Now())

    class Meta:
        verbose_name = "compte bancaire"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Za-z0-9._-]+$"), name="bank_account_code_is_plain"),
            models.UniqueConstraint(fields=["number_index"], name="bank_account_number_once"),
            models.CheckConstraint(
                condition=Q(agreement__isnull=False) | Q(agency__isnull=False), name="bank_account_is_somebody_s"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.bank}"

    @property
    def fund(self) -> str:
        """The agreement whose money it holds, as the ledger names it; "" for an agency's own account."""
        return self.agreement.code if self.agreement else ""


class BankMirror(models.Model):
    """A ledger account that a bank account mirrors; of one bank account at most."""

    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="mirrors")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "compte comptable d’un compte bancaire"


class BankColumn(models.Model):
    """What a bank calls a column of its statements in CSV or Excel, where it is not a usual name."""

    bank = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="columns")
    meaning = models.CharField("ce que c’est", max_length=20)
    header = models.CharField("nom dans le fichier", max_length=120)

    class Meta:
        verbose_name = "colonne d’un relevé"
        constraints = [models.UniqueConstraint(fields=["bank", "meaning"], name="bank_column_once")]


class BankStatement(models.Model):
    """A statement that was taken: its balances, and how many of its lines were new. The same file is taken once."""

    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    reference = models.CharField("référence de la banque", max_length=80, default="", blank=True)
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    position = models.PositiveSmallIntegerField("rang dans le fichier", default=1)
    from_on = models.DateField("du")
    until_on = models.DateField("au")
    opening_xof = models.BigIntegerField("solde d’ouverture")
    closing_xof = models.BigIntegerField("solde de clôture")
    lines = models.BigIntegerField("lignes nouvelles", default=0)
    repeated = models.BigIntegerField("lignes déjà connues", default=0)
    made_by = _hand("pris par")
    made_at = models.DateTimeField("pris le", db_default=Now())
    undone_by = _hand("retiré par", null=True)
    undone_at = models.DateTimeField("retiré le", null=True)
    undone_why = models.CharField("pourquoi retiré", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "relevé bancaire"
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "file_hash", "position"], condition=Q(undone_at__isnull=True),
                name="bank_statement_taken_once",
            ),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="bank_statement_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True, undone_why="")
                | Q(undone_by__isnull=False, undone_at__isnull=False)
                & ~Q(undone_why="")
                & ~Q(undone_by=F("made_by")),
                name="bank_statement_undone_by_another",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.from_on:%d/%m/%Y} – {self.until_on:%d/%m/%Y}"


class BankLine(models.Model):
    """A line of an account at its bank: received (positive) or given. Kept once, however many statements repeat it.

    The first statement of an account opens it with its balance, as a line of the day before. `live` is false once its
    statement was taken back; nothing else changes.
    """

    class Kind(models.TextChoices):
        OPENING = "opening", "solde à l’ouverture"
        MOVEMENT = "movement", "opération"

    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="bank_lines")
    kind = models.CharField("nature", max_length=8, choices=Kind, default=Kind.MOVEMENT)
    line = models.BigIntegerField("ligne du fichier")
    booked_on = models.DateField("date d’opération")
    value_on = models.DateField("date de valeur", null=True)
    amount_xof = models.BigIntegerField("montant")
    bank_reference = models.CharField("référence de la banque", max_length=80, default="", blank=True)
    our_reference = models.CharField("notre référence", max_length=80, default="", blank=True)
    label = models.CharField("libellé", max_length=200, default="", blank=True)
    occurrence = models.PositiveSmallIntegerField("occurrence", default=1)
    live = models.BooleanField("en vigueur", default=True)

    class Meta:
        verbose_name = "ligne de relevé bancaire"
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "bank_reference", "booked_on", "amount_xof", "occurrence", "kind"],
                condition=Q(live=True), name="bank_line_kept_once",
            ),
            models.UniqueConstraint(
                fields=["bank"], condition=Q(live=True, kind="opening"), name="bank_account_opens_once"
            ),
            models.CheckConstraint(condition=~Q(amount_xof=0), name="bank_line_moves_something"),
            # A kind of its own would keep a line twice.
            models.CheckConstraint(condition=Q(kind__in=("opening", "movement")), name="bank_line_kind_known"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["bank", "booked_on"], name="bank_line_by_day")]


class BankMatch(models.Model):
    """Lines of a bank that are items of the ledger, sums equal to the franc; undone with a reason, never erased."""

    class How(models.TextChoices):
        REFERENCE = "reference", "référence"
        AMOUNT = "amount", "montant et date"
        PERSON = "person", "une personne"

    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="matches")
    how = models.CharField("reconnu par", max_length=10, choices=How)
    made_by = _hand("fait par")
    made_at = models.DateTimeField("fait le", db_default=Now())
    undone_by = _hand("défait par", null=True)
    undone_at = models.DateTimeField("défait le", null=True)
    undone_why = models.CharField("pourquoi défait", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "rapprochement bancaire"
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True, undone_why="")
                | Q(undone_by__isnull=False, undone_at__isnull=False) & ~Q(undone_why=""),
                name="bank_match_undoing_is_signed",
            ),
        ]


class BankMatchLine(models.Model):
    """A bank's line in a match; in one live match only."""

    match = models.ForeignKey(BankMatch, on_delete=models.PROTECT, related_name="matched_lines")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    live = models.BooleanField("en vigueur", default=True)

    class Meta:
        verbose_name = "ligne rapprochée"
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(live=True), name="bank_line_in_one_match"),
        ]


class BankMatchItem(models.Model):
    """What an entry moved on the mirrored accounts (a row of ledger_moved), in a match; in one live match only.

    `amount_xof` is positive when the mirrored account received.
    """

    match = models.ForeignKey(BankMatch, on_delete=models.PROTECT, related_name="matched_items")
    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    book_id = models.BigIntegerField("livre")
    kind = models.CharField("nature", max_length=10)
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_xof = models.BigIntegerField("montant")
    live = models.BooleanField("en vigueur", default=True)

    class Meta:
        verbose_name = "écriture rapprochée"
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "entry", "book_id", "kind", "debit", "credit"], condition=Q(live=True),
                name="bank_item_in_one_match",
            ),
        ]  # fmt: skip


class BankOperation(models.Model):
    """What the bank did by itself (a fee, an interest, a donor's transfer): proposed for a match, approved by another.

    Until it is posted its match holds, and does not count as reconciled.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", "frais de la banque"
        INTEREST = "interest", "intérêts créditeurs"
        DEPOSIT = "deposit", "versement du bailleur"
        OPENING = "opening", "solde à l’ouverture"

    match = models.OneToOneField(BankMatch, on_delete=models.PROTECT, related_name="operation")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    amount_xof = models.BigIntegerField("montant")
    dated_on = models.DateField("date comptable")
    document = models.CharField("motif et pièce", max_length=200)
    made_by = _hand("proposée par")
    made_at = models.DateTimeField("proposée le", db_default=Now())
    approved_by = _hand("approuvée par", null=True)
    approved_at = models.DateTimeField("approuvée le", null=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="écriture")

    class Meta:
        verbose_name = "opération de la banque"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="charge", amount_xof__lt=0)
                | Q(kind__in=("interest", "deposit"), amount_xof__gt=0)
                | Q(kind="opening") & ~Q(amount_xof=0),
                name="bank_operation_has_the_sign_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, entry__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, entry__isnull=False)
                & ~Q(approved_by=F("made_by")),
                name="bank_operation_approver_is_not_its_maker",
            ),
            models.CheckConstraint(condition=~Q(document=""), name="bank_operation_has_its_paper"),
        ]
