"""Statements of a bank: a line once, balances that follow, what is wrong said with its line, taken back by another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, connection
from xlsxwriter import Workbook

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.payments import bank_statements
from jigi.payments.bank_models import BankColumn, BankLine, BankStatement
from jigi.payments.bank_statements import take
from tests.payments import messages
from tests.payments.bank_scene import HEADER, Banked, banked

pytestmark = pytest.mark.django_db

JANUARY = (("05/01/2026", "Virement reçu", "R1", 500_000), ("15/01/2026", "Virement émis", "R2", -200_000))
FEBRUARY = (("03/02/2026", "Frais", "", -1_000), ("03/02/2026", "Frais", "", -1_000))


@pytest.fixture
def place(tmp_path: Path) -> Banked:
    return banked(tmp_path)


def amounts(place: Banked) -> list[int]:
    return list(
        BankLine.objects.filter(bank=place.bank, live=True)
        .order_by("booked_on", "pk")
        .values_list("amount_xof", flat=True)
    )


def test_a_statement_opens_an_account_and_the_next_continues_it(place: Banked) -> None:
    place.take(100_000, *JANUARY)
    assert place.take(400_000, *FEBRUARY, name="fevrier.csv").lines == 2
    assert amounts(place) == [100_000, 500_000, -200_000, -1_000, -1_000]


def test_the_same_statement_again_changes_nothing(place: Banked) -> None:
    place.take(100_000, *JANUARY)
    assert place.take(100_000, *JANUARY).known
    again = place.take(100_000, *(("05/01/2026", "VIREMENT", "R1", 500_000), JANUARY[1]), name="encore.csv")
    assert again.known and again.repeated == 2
    assert len(amounts(place)) == 3 and BankStatement.objects.count() == 1


def test_statements_that_overlap_keep_each_line_once(place: Banked) -> None:
    place.take(0, *JANUARY, FEBRUARY[0])
    taken = place.take(500_000, JANUARY[1], *FEBRUARY, name="suite.csv")
    assert (taken.lines, taken.repeated) == (1, 2)
    assert amounts(place) == [500_000, -200_000, -1_000, -1_000]


@pytest.mark.parametrize(
    ("opening", "lines", "said"),
    [
        (300_000, FEBRUARY, r"Le relevé ouvre à 300 000 FCFA ; le précédent, du 15 janvier 2026, a fermé à 400 000"),
        (100_000, [JANUARY[0], ("10/01/2026", "Ajoutée", "R9", 7), JANUARY[1]], r"ligne 4.*n’est pas dans les relevés"),
        (100_000, [JANUARY[0], *FEBRUARY], r"n’est pas dans celui-ci"),
    ],
)
def test_a_statement_that_does_not_continue_is_refused_whole(
    place: Banked, opening: int, lines: list[tuple[str, str, str, int]], said: str
) -> None:
    place.take(100_000, *JANUARY)
    with pytest.raises(InputError, match=said.replace(" ", r"\s")):
        place.take(opening, *lines, name="autre.csv")
    assert len(amounts(place)) == 3


def table(place: Banked, *rows: str, header: str = "Date;Libellé;Débit;Crédit;Solde") -> Path:
    path = place.folder / "table.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["05/01/2026;A;;10;110", "06/01/2026;B;5;;104"], "ligne 3, colonne « solde ».*écart de −1 FCFA"),
        (["05/01/2026;A;;10,50;110"], "ligne 2, colonne « Crédit ».*a des décimales"),
        (["janvier;A;;10;110"], "ligne 2, colonne « Date »"),
        (["05/2026;A;;10;110"], "n’est pas un jour"),
        (["05/01/2026;A;3;10;110"], "au débit et au crédit"),
        (["05/01/2026;A;;;110"], "La ligne ne bouge rien"),
        (["05/01/2026;A;;10;"], "ne dit pas son solde d’ouverture"),
        (["05/01/2026;Solde initial;;;1", "05/01/2026;Solde initial;;;1"], "dit deux fois ce solde"),
        (["05/01/2026;Solde initial;;;1", "05/01/2026;A;;10;", ";Solde final;;;12"], "ligne 4.*écart de 1 FCFA"),
        (["05/01/2026;A;;9999999999999999;"], "démesuré"),
        (["=cmd();A;;10;110"], "Date"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_column(place: Banked, rows: list[str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        take(place.bank, table(place, *rows), by=place.keeper)
    assert re.search(said, re.sub(r"\s", " ", str(refused.value)))
    assert not BankLine.objects.exists()


def test_a_statement_from_the_last_line_to_the_first_is_turned(place: Banked) -> None:
    rows = ("06/01/2026;B;5;;30.105,00", "05/01/2026;A;;30 000,00;30 110")
    assert take(place.bank, table(place, *rows), by=place.keeper).lines == 2
    assert amounts(place) == [110, 30_000, -5]


def test_one_column_of_amounts_with_its_direction(place: Banked) -> None:
    rows = ("05/01/2026;A;30 000;C;30 000", "06/01/2026;B;30.000,00;D;0")
    take(place.bank, table(place, *rows, header="Date;Libellé;Montant;Sens;Solde"), by=place.keeper)
    assert amounts(place) == [30_000, -30_000]


def test_columns_are_named_as_the_bank_does(place: Banked) -> None:
    with pytest.raises(InputError, match="Il manque la date"):
        take(place.bank, place.statement(0, *JANUARY, header=("Jour", *HEADER[1:])), by=place.keeper)
    BankColumn.objects.create(bank=place.bank, meaning="date", header="Jour")
    assert place.take(0, *JANUARY, header=("Jour", *HEADER[1:])).lines == 2


def test_a_workbook_with_dates_of_excel(place: Banked) -> None:
    path = place.folder / "releve.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["Date", "Libellé", "Montant", "Solde"], [46027, "A", -5, 95]]):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    take(place.bank, path, by=place.keeper)
    assert BankLine.objects.get(kind="movement").booked_on.isoformat() == "2026-01-05"


@pytest.mark.parametrize("version", ["02", "04", "08"])
def test_a_camt_053_is_a_statement_each_entry_a_line(place: Banked, version: str) -> None:
    entries = (
        messages.entry(
            30_000, messages.detail("A"), messages.detail("B", 5), batch=messages.batch("JIGI-T1-A1", 2, 30_000)
        ),
        messages.entry(7, messages.detail("C", 7), direction="CRDT"),
        messages.entry(9, booked="<Cd>PDNG</Cd>"),
    )
    path = messages.camt(place.folder, *entries, kind=f"053.001.{version}", opening=100_000, closing=70_007)
    assert take(place.bank, path, by=place.keeper).lines == 2
    kept = BankLine.objects.filter(kind="movement").order_by("pk")
    assert list(kept.values_list("amount_xof", "our_reference")) == [(-30_000, "JIGI-T1-A1"), (7, "C")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"number": "ML0160120102600110066850"}, "celui d’un autre compte"),
        ({"closing": 5}, "Les lignes ne vont pas"),
        ({"kind": "054.001.08"}, "n’est pas un relevé"),
    ],
)
def test_a_camt_that_is_not_this_account_s_is_refused(place: Banked, options: dict[str, object], said: str) -> None:
    path = messages.camt(place.folder, messages.entry(1), **{"kind": "053.001.08", **options})  # type: ignore[arg-type]
    with pytest.raises(InputError, match=said):
        take(place.bank, path, by=place.keeper)


ENTRY = messages.entry(5)
HOSTILE = (
    (b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "b">]><Document>&a;</Document>', "DTD"),
    (b"\x00\x01\x02" * 99, "binaire"),
    (b"", "vide"),
    (b"%PDF-1.7 releve", "PDF"),
    (b'<?xml version="1.0"?><html>solde</html>', "pas un message"),
    ("Date;Libell\u00e9;Montant\n05/01/2026;A;1e400\n".encode(), "pas un nombre entier"),
    ("Date;Libell\u00e9;Montant;Solde\n05/01/2026;A;".encode() + b"9" * 5_000 + b";1\n", "trop de chiffres"),
)


@pytest.mark.parametrize(("content", "said"), HOSTILE)
def test_a_hostile_file_is_refused(place: Banked, content: bytes, said: str) -> None:
    path = place.folder / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        take(place.bank, path, by=place.keeper)
    assert not BankStatement.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('Ccy="XOF">5<', 'Ccy="EUR">5<', "« EUR »"),
        (">5<", ">5.50<", "pas un montant en francs"),
        (">5<", ">1e99<", "pas un montant en francs"),
        (">5<", ">-5<", "pas un montant en francs"),
        ("DBIT", "AUTRE", "ni débit ni crédit"),
        ("<Dt>2016-02-10</Dt></BookgDt>", "<Dt>hier</Dt></BookgDt>", "n’a pas de date"),
        ("CLBD", "XXXX", "solde de clôture"),
    ],
)
def test_a_message_that_can_t_be_is_refused_with_its_line(place: Banked, before: str, after: str, said: str) -> None:
    path = messages.camt(place.folder, ENTRY, kind="053.001.08", opening=100, closing=95)
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=said) as refused:
        take(place.bank, path, by=place.keeper)
    assert refused.value.line == 2


def test_a_wrong_statement_is_taken_back_by_another_hand(place: Banked) -> None:
    (first,) = place.take(100_000, *JANUARY).statements
    (last,) = place.take(400_000, *FEBRUARY, name="fevrier.csv").statements
    with pytest.raises(Refused, match="pris après"):
        bank_statements.undo(first, by=place.other, reason="mauvais compte")
    with pytest.raises(Refused, match="Votre affectation"):
        bank_statements.undo(last, by=place.keeper, reason="mauvais compte")
    with pytest.raises(Refused, match="motif"):
        bank_statements.undo(last, by=place.other, reason=" ")
    bank_statements.undo(last, by=place.other, reason="mauvais compte")
    assert len(amounts(place)) == 3
    assert place.take(400_000, *FEBRUARY, name="fevrier.csv").lines == 2


def test_who_took_a_statement_does_not_take_it_back(place: Banked) -> None:
    (made,) = place.take(0, *JANUARY).statements
    with pytest.raises(IntegrityError, match="bank_statement_undone_by_another"):
        BankStatement.objects.filter(pk=made.pk).update(
            undone_by=place.keeper, undone_at=made.made_at or "2026-01-01T00:00Z", undone_why="x"
        )


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE payments_bankline SET amount_xof = 1",
        "DELETE FROM payments_bankline",
        "DELETE FROM payments_bankstatement",
        "UPDATE payments_bankstatement SET closing_xof = 1",
        "UPDATE payments_bankline SET live = false",
        "UPDATE payments_bankline SET live = false; UPDATE payments_bankline SET live = true",
        "UPDATE payments_bankstatement SET undone_at = now(), undone_why = 'x', undone_by_id = {other}",
        "INSERT INTO payments_bankline (bank_id, statement_id, kind, line, booked_on, amount_xof, bank_reference,"
        " our_reference, label, occurrence, live) SELECT bank_id, statement_id, kind, 9, booked_on, amount_xof,"
        " bank_reference, '', '', occurrence, true FROM payments_bankline",
    ],
)
def test_what_a_bank_said_stays(place: Banked, lie: str) -> None:
    place.take(0, *JANUARY)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(lie.replace("{other}", str(place.other.pk)))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_statement_is_a_constant_number_of_statements(place: Banked) -> None:
    with counting_statements() as short:
        place.take(0, *JANUARY)
    lines = [("05/02/2026", "Virement", f"N{n}", 1) for n in range(300)]
    with counting_statements() as long:
        place.take(300_000, *lines, name="fevrier.csv")
    assert long.count <= short.count + 2
