"""Statements of a bank: taken once, each line kept once however many statements repeat it, balances continuous.

What an account stood at is what its lines say: a statement continues it to the franc, or is refused with the line
where it does not. A wrong statement is taken back whole, by another person, while nothing hangs on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, run_sql
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.foundation.periods import french_date
from jigi.foundation.tabular import digest_of, open_table
from jigi.ledger.periods import require_everywhere
from jigi.payments.adapters import iso20022_statement
from jigi.payments.bank_accounts import hold, index_of
from jigi.payments.bank_models import BankAccount, BankLine, BankStatement
from jigi.payments.bank_reading import read_table
from jigi.payments.bank_rules import ReadStatement, fault, occurrences

READ = (
    "line", "booked_on", "value_on", "amount_xof", "bank_reference", "our_reference", "label", "occurrence",
)  # fmt: skip
_FAULTS = {
    "outside": "La date de la ligne est hors de la période du relevé",
    "running": "Le solde de cette ligne n’est pas le précédent plus la ligne : écart de {gap}",
    "closing": "Les lignes ne vont pas du solde d’ouverture au solde de clôture : écart de {gap}",
}


@dataclass(frozen=True)
class Taken:
    """What a file brought: the statements that say something new, how many lines are new, how many were known."""

    statements: Sequence[BankStatement]
    lines: int
    repeated: int

    @property
    def known(self) -> bool:
        """Whether it said nothing that we did not know."""
        return not self.statements


@unfenced
@transaction.atomic
def take(bank: BankAccount, path: Path, *, by: User) -> Taken:
    """Take the statements of a file (camt.053, CSV or Excel) of an account, all of them or none.

    The same file again changes nothing. Raises InputError with the line of what can't be, or does not follow.
    """
    require_everywhere(by, "ledger.keep")
    held = hold(bank)
    digest = digest_of(path)
    if BankStatement.objects.filter(bank=held, file_hash=digest, undone_at__isnull=True).exists():
        return Taken((), 0, 0)
    reads = _read(held, path)
    for one in reads:
        _refuse_fault(one, path)
    found = [_Taking(held, path, digest, by).take(one, place) for place, one in enumerate(reads, start=1)]
    new = [one for one, _ in found if one is not None]
    repeated = sum(count for _, count in found)
    facts = {"file": path.name, "sha256": digest, "lines": sum(one.lines for one in new), "repeated": repeated}
    if new:
        audit.record("take_statement", "bank_account", held.pk, by=by, after=facts)
    return Taken(new, sum(one.lines for one in new), repeated)


@unfenced
@transaction.atomic
def undo(statement: BankStatement, *, by: User, reason: str) -> None:
    """Take back a statement with its lines. Refused to its taker, and once a match or a later statement hangs on it."""
    require_everywhere(by, "ledger.approve")
    hold(statement.bank)
    if not reason.strip():
        raise Refused("Un relevé se retire avec un motif", remedy="Écrivez ce qui n’allait pas.")
    if statement.made_by_id == by.pk:
        raise Refused("Vous avez pris ce relevé : une autre personne doit le retirer")
    standing = BankStatement.objects.filter(pk=statement.pk, undone_at__isnull=True)
    try:
        with transaction.atomic():
            if not standing.update(undone_by=by, undone_at=timezone.now(), undone_why=reason.strip()[:200]):
                raise Refused("Ce relevé est déjà retiré", remedy="Rechargez la page.")
            BankLine.objects.filter(statement=statement).update(live=False)
    except IntegrityError as error:
        raise _hanging(error) from error
    audit.record("undo_statement", "bank_statement", statement.pk, by=by, reason=reason)


def _hanging(error: IntegrityError) -> Exception:
    if "Un relevé pris après" in str(error):
        return Refused(
            "Un relevé pris après celui-ci s’appuie sur lui", remedy="Retirez d’abord le dernier relevé du compte."
        )
    if "sont rapprochées" in str(error):
        return Refused(
            "Des lignes de ce relevé sont rapprochées", remedy="Défaites d’abord les rapprochements de ses lignes."
        )
    return error


def _read(held: BankAccount, path: Path) -> list[ReadStatement]:
    if iso20022_statement.speaks(path):
        return iso20022_statement.read_statements(path, lambda said: index_of(said) == bytes(held.number_index))
    named = dict(held.columns.values_list("meaning", "header"))
    with open_table(path) as table:
        return [read_table(table, named)]


def _refuse_fault(read: ReadStatement, path: Path) -> None:
    found = fault(read)
    if found is not None:
        raise InputError(
            _FAULTS[found.what].format(gap=format_xof(found.gap_xof)), file=path, line=found.line, column=found.column,
            why=f"Ouverture {format_xof(read.opening_xof)}, clôture {format_xof(read.closing_xof)}",
            remedy="Une ligne manque, est en trop ou est changée : demandez à la banque le relevé entier.",
        )  # fmt: skip


class _NothingNew(Exception):
    """Every line of a statement was known: the row that held its place goes with the savepoint."""

    def __init__(self, repeated: int) -> None:
        self.repeated = repeated
        super().__init__()


@dataclass(frozen=True)
class _Taking:
    """A file being taken on an account that is held."""

    bank: BankAccount
    path: Path
    digest: str
    by: User

    def take(self, read: ReadStatement, place: int) -> tuple[BankStatement | None, int]:
        """The statement, or None when it says nothing new; and how many of its lines were known."""
        try:
            with transaction.atomic():
                made = self._take(read, place)
                return made, made.repeated
        except _NothingNew as nothing:
            return None, nothing.repeated

    def _take(self, read: ReadStatement, place: int) -> BankStatement:
        live = BankStatement.objects.filter(bank=self.bank, undone_at__isnull=True)
        until = live.aggregate(last=Max("until_on"))["last"]
        stood = self._stood(None)
        made = BankStatement.objects.create(
            bank=self.bank, reference=read.reference, file_name=self.path.name[-200:], file_hash=self.digest,
            position=place, from_on=read.from_on, until_on=read.until_on, opening_xof=read.opening_xof,
            closing_xof=read.closing_xof, made_by=self.by,
        )  # fmt: skip
        if until is None and read.opening_xof:
            BankLine.objects.create(
                bank=self.bank, statement=made, kind=BankLine.Kind.OPENING, line=read.line, label="Solde à l’ouverture",
                booked_on=read.from_on - timedelta(days=1), amount_xof=read.opening_xof,
            )  # fmt: skip
        made.lines = self._keep(made, read)
        made.repeated = len(read.lines) - made.lines
        if until is not None:
            self._refuse_gap(read, made, until, stood)
        if until is not None and not made.lines and read.until_on <= until:
            raise _NothingNew(made.repeated)
        BankStatement.objects.filter(pk=made.pk).update(lines=made.lines, repeated=made.repeated)
        return made

    def _keep(self, made: BankStatement, read: ReadStatement) -> int:
        """Write the lines that no other statement brought; how many they are."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bank_read")
            cursor.execute(
                "CREATE TEMPORARY TABLE bank_read (line bigint, booked_on date, value_on date, amount_xof bigint,"
                " bank_reference text, our_reference text, label text, occurrence smallint) ON COMMIT DROP"
            )
        rows = (
            (one.line, one.booked_on, one.value_on, one.amount_xof, one.bank_reference, one.our_reference, one.label,
             nth)
            for one, nth in zip(read.lines, occurrences(read.lines), strict=True)
        )  # fmt: skip
        copy_rows("bank_read", READ, rows)
        return run_sql("payments", "bank_take", {"bank": self.bank.pk, "statement": made.pk})

    def _refuse_gap(self, read: ReadStatement, made: BankStatement, until: date, stood: int) -> None:
        """Refuse a statement that does not continue what is known of the account."""
        inside = BankLine.objects.filter(statement=made, booked_on__lt=until).order_by("booked_on", "line").first()
        if inside is not None:
            raise self._wrong(
                inside.line, "date",
                f"La ligne du {french_date(inside.booked_on)}, de {format_xof(inside.amount_xof)}, n’est pas dans les"
                " relevés déjà pris de ce jour",
                "La banque l’a ajoutée ou changée depuis : faites retirer le relevé de ce jour, puis reprenez-le.",
            )  # fmt: skip
        if not made.repeated and read.opening_xof != stood:
            raise self._wrong(
                read.line, "solde",
                f"Le relevé ouvre à {format_xof(read.opening_xof)} ; le précédent, du {french_date(until)}, a fermé à"
                f" {format_xof(stood)}",
                f"Prenez d’abord le relevé qui manque entre le {french_date(until)} et le {french_date(read.from_on)}.",
            )  # fmt: skip
        expected = self._stood(read.until_on)
        if read.closing_xof != expected:
            raise self._wrong(
                read.line, "solde",
                f"Le relevé ferme à {format_xof(read.closing_xof)} ; les lignes connues font {format_xof(expected)}",
                "Une ligne d’un relevé précédent n’est pas dans celui-ci : demandez les relevés entiers de la période.",
            )  # fmt: skip

    def _stood(self, day: date | None) -> int:
        """What the lines of the account make, to a day or in all."""
        lines = BankLine.objects.filter(bank=self.bank, live=True)
        lines = lines.filter(booked_on__lte=day) if day else lines
        return int(lines.aggregate(total=Sum("amount_xof"))["total"] or 0)

    def _wrong(self, line: int, column: str, what: str, remedy: str) -> InputError:
        return InputError(what, file=self.path, line=line, column=column, remedy=remedy)
