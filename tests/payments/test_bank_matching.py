"""Lines of the bank and entries of the ledger: by reference, by amount, by a person; equal to the franc, undone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.ledger import queries as ledger
from jigi.ledger.models import Account, Posting
from jigi.ledger.periods import close_period
from jigi.payments import bank_accounts, bank_matching, bank_operations, bank_statements
from jigi.payments.bank_accounts import Described
from jigi.payments.bank_matching import Found, match_all, outstanding
from jigi.payments.bank_models import BankMatch, BankMatchItem, BankMatchLine, BankOperation
from jigi.payments.models import Instruction
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments import messages
from tests.payments.bank_scene import Banked, banked

pytestmark = pytest.mark.django_db
FIFTH = date(2026, 1, 5)


def _place(tmp_path: Path) -> Banked:
    """An account with two advances sent, that the bank has not shown yet."""
    made = banked(tmp_path)
    made.advance(100_000, "VIR-1", FIFTH)
    made.advance(250_000, "VIR-2", date(2026, 1, 6))
    return made


place_once = once("place", _place)


@pytest.fixture
def place(place_once: Kept[Banked], db: None) -> Banked:
    return place_once.copy()


def keys(place: Banked, side: str) -> list[str]:
    return [one.key for one in outstanding(place.bank) if one.side == side]


def commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("label", ["Virement VIR-1 agence", "vir-1"])
def test_a_line_that_names_a_transfer_is_its_advance(place: Banked, label: str) -> None:
    place.take(0, ("20/03/2026", label, "", -100_000))
    assert match_all(place.bank, by=place.keeper) == Found(by_reference=1, by_amount=0)
    assert [(one.side, one.amount_xof) for one in outstanding(place.bank)] == [("ledger", -250_000)]
    commit()


@pytest.mark.parametrize(
    ("label", "amount"),
    [("VIR-1", -100_001), ("VIR-12", -100_000), ("VIR-2 ou VIR-1", -100_000), ("VIR-1 et VIR-2", -350_000)],
)
def test_a_line_that_names_two_transfers_or_another_amount_waits(place: Banked, label: str, amount: int) -> None:
    place.take(0, ("20/03/2026", label, "", amount))
    assert match_all(place.bank, by=place.keeper).total == 0


def test_a_line_of_the_same_amount_some_days_away_is_it_when_it_is_alone(place: Banked) -> None:
    place.take(0, ("10/01/2026", "Virement", "A", -100_000), ("12/01/2026", "Virement", "B", -250_000))
    assert match_all(place.bank, by=place.keeper) == Found(by_reference=0, by_amount=1)
    assert match_all(place.bank, by=place.keeper).total == 0


def test_of_two_that_may_be_it_none_is(place: Banked) -> None:
    place.take(0, ("05/01/2026", "Virement", "A", -100_000), ("06/01/2026", "Virement", "B", -100_000))
    assert match_all(place.bank, by=place.keeper).total == 0


def agency_s(place: Banked) -> Banked:
    """The account from which a bank pays the orders: it mirrors what the agency holds."""
    said = Described("PAYEUR", "Compte payeur", "BDM", "ML0160120102600110066850", agency=place.scene.agency.code,
                     mirrors=[f"{place.scene.agreement.code}:agence:{place.scene.agency.code}"])  # fmt: skip
    place.bank = bank_accounts.describe(said, by=make_user("r2", "system_administrator"))
    return place


def test_the_file_of_a_round_booked_in_two_parts_is_all_that_was_paid_of_it(tmp_path: Path) -> None:
    place = agency_s(banked(tmp_path, 4))
    paid = place.scene.released()
    place.scene.answer(paid, tmp_path / "retour.csv")
    name = f"JIGI-T{paid.pk}-A{place.scene.agency.pk}-C1"
    parts = [messages.entry(60_000, batch=messages.batch(f"{name}-ML{n:03}", 2, 60_000)) for n in (1, 2)]
    path = messages.camt(tmp_path, *parts, kind="053.001.08", number=place.bank.number, opening=120_000, closing=0)
    bank_statements.take(place.bank, path, by=place.keeper)
    assert match_all(place.bank, by=place.keeper) == Found(1, 0)
    assert sorted(one.amount_xof for one in outstanding(place.bank)) == [120_000, 120_000]
    commit()


def test_the_file_of_a_round_is_what_was_handed_over_at_its_release(tmp_path: Path) -> None:
    place = banked(tmp_path, 4)
    code = place.scene.agreement.code
    said = Described("BDM-IDA", "Compte désigné", "BDM", place.bank.number, agreement=code,
                     mirrors=[f"{code}:disponible", f"{code}:programme"])  # fmt: skip
    bank_accounts.describe(said, by=make_user("r3", "system_administrator"))
    paid = place.scene.released()
    place.take(100_000_000, ("20/03/2026", f"JIGI-T{paid.pk}-A{place.scene.agency.pk}", "", -120_000))
    assert match_all(place.bank, by=place.keeper) == Found(1, 0)
    assert {one.amount_xof for one in outstanding(place.bank)} == {100_000_000}
    commit()


def test_orders_booked_one_by_one_are_the_return_that_paid_them(tmp_path: Path) -> None:
    place = agency_s(banked(tmp_path, 3))
    paid = place.scene.released()
    place.scene.answer(paid, tmp_path / "retour.csv")
    orders = Instruction.objects.filter(payment_round=paid).values_list("reference", flat=True)
    path = messages.camt(tmp_path, *(messages.entry(30_000, messages.detail(one)) for one in orders), kind="053.001.08",
                         number=place.bank.number, opening=90_000, closing=0)  # fmt: skip
    bank_statements.take(place.bank, path, by=place.keeper)
    assert match_all(place.bank, by=place.keeper) == Found(1, 0)


def test_a_person_matches_what_balances_and_no_other(place: Banked) -> None:
    place.take(0, ("20/03/2026", "Deux virements", "", -350_000))
    lines, items = keys(place, "bank"), keys(place, "ledger")
    with pytest.raises(Refused, match=r"diffèrent de −250.000"):
        bank_matching.match(place.bank, lines, items[:1], by=place.keeper)
    made = bank_matching.match(place.bank, lines, items, by=place.keeper)
    with pytest.raises(Refused, match="n’attend plus"):
        bank_matching.match(place.bank, lines, items, by=place.keeper)
    commit()
    bank_matching.undo(made, by=place.keeper, reason="erreur")
    assert len(outstanding(place.bank)) == 3
    with pytest.raises(Refused, match="déjà défait"):
        bank_matching.undo(made, by=place.keeper, reason="erreur")
    commit()


def test_two_lines_that_take_each_other_back_are_a_match(place: Banked) -> None:
    place.take(0, ("20/03/2026", "Erreur", "", -5), ("21/03/2026", "Extourne", "", 5))
    bank_matching.match(place.bank, keys(place, "bank"), [], by=place.keeper)
    commit()


def charged(place: Banked) -> BankOperation:
    place.take(0, ("05/01/2026", "Virement et frais", "", -100_590))
    return bank_operations.explain(
        place.bank, keys(place, "bank"), keys(place, "ledger")[:1], "charge", "Avis de débit", by=place.keeper
    )


def test_a_difference_is_explained_by_a_fee_that_another_posts(place: Banked) -> None:
    operation = charged(place)
    commit()
    with pytest.raises(Refused, match="Votre affectation"):
        bank_operations.approve(operation, by=place.keeper)
    bank_operations.approve(operation, by=place.other)
    with pytest.raises(Refused, match="déjà approuvée"):
        bank_operations.approve(operation, by=place.other)
    commit()
    held = {one.kind: one.balance_xof for one in Account.objects.filter(fund=place.bank.fund)}
    assert (held["charges"], held["bank"], ledger.prove().balanced) == (590, -590, True)
    assert [one.amount_xof for one in outstanding(place.bank)] == [-250_000]


def test_money_of_the_donor_is_received_at_the_bank(place: Banked) -> None:
    place.take(0, ("02/01/2026", "Versement IDA", "", 1_000_000))
    made = bank_operations.explain(place.bank, keys(place, "bank"), [], "deposit", "Avis de crédit", by=place.keeper)
    bank_operations.approve(made, by=place.other)
    commit()
    lines = ledger.trial_balance([place.bank.fund], date(2026, 1, 2), date(2026, 1, 2))
    assert [(one.kind, one.closing_xof) for one in lines if one.closing_xof] == [
        ("bank", 1_000_000),
        ("received", -1_000_000),
    ]
    assert ledger.balances([place.bank.fund])[place.bank.fund].adds_up


@pytest.mark.parametrize(
    ("kind", "document", "said"),
    [("interest", "avis", "n’est pas : intérêts"), ("charge", " ", "Il manque"), ("autre", "avis", "Il manque")],
)
def test_an_explanation_has_its_sign_and_its_paper(place: Banked, kind: str, document: str, said: str) -> None:
    place.take(0, ("05/01/2026", "Frais", "", -590))
    with pytest.raises(Refused, match=said):
        bank_operations.explain(place.bank, keys(place, "bank"), [], kind, document, by=place.keeper)


def test_an_operation_of_a_closed_period_waits_for_its_reopening(place: Banked) -> None:
    operation = charged(place)
    close_period(date(2026, 1, 1), date(2026, 1, 31), by=place.keeper)
    with pytest.raises(Refused, match="est close"):
        bank_operations.approve(operation, by=place.other)


def test_an_operation_that_was_undone_is_not_posted(place: Banked) -> None:
    operation = charged(place)
    bank_matching.undo(operation.match, by=place.keeper, reason="non")
    with pytest.raises(Refused, match="déjà approuvée ou défaite"):
        bank_operations.approve(operation, by=place.other)
    commit()


ITEMS = "match_id, bank_id, entry_id, book_id, kind, debit_id, credit_id"
LIES = (
    ("ne s'équilibre pas", "UPDATE payments_bankmatchline SET live = false"),
    ("ne s'équilibre pas", "UPDATE payments_bankmatch SET undone_at = now(), undone_by_id = made_by_id,"
     " undone_why = 'x'"),
    ("ne s'équilibre pas", "INSERT INTO payments_bankmatch (bank_id, how, made_by_id, made_at, undone_why)"
     " SELECT bank_id, how, made_by_id, now(), '' FROM payments_bankmatch"),
    ("ne change ni ne s'efface", "UPDATE payments_bankoperation SET amount_xof = -1"),
    ("ne change ni ne s'efface", "DELETE FROM payments_bankmatchline"),
    ("n'a pas bougé ce montant", f"INSERT INTO payments_bankmatchitem ({ITEMS}, amount_xof, live)"
     f" SELECT {ITEMS}, -amount_xof, true FROM payments_bankmatchitem"),
    ("bank_item_in_one_match", f"INSERT INTO payments_bankmatchitem ({ITEMS}, amount_xof, live)"
     f" SELECT {ITEMS}, amount_xof, true FROM payments_bankmatchitem"),
    ("bank_line_in_one_match", "INSERT INTO payments_bankmatchline (match_id, line_id, live)"
     " SELECT match_id, line_id, true FROM payments_bankmatchline"),
    ("sont rapprochées avec la banque", "DELETE FROM payments_bankmirror"),
    ("sont rapprochées avec la banque", "UPDATE payments_bankmirror SET account_id = account_id"),
    ("approver_is_not_its_maker", "UPDATE payments_bankoperation SET approved_by_id = made_by_id, approved_at = now(),"
     " entry_id = (SELECT min(id) FROM ledger_entry)"),
    ("has_the_sign", "INSERT INTO payments_bankoperation (match_id, kind, amount_xof, dated_on, document, made_by_id,"
     " made_at) SELECT id, 'charge', 5, now(), 'x', made_by_id, now() FROM payments_bankmatch"),
    ("lignes de ce relevé sont rapprochées", "UPDATE payments_bankstatement SET undone_at = now(), undone_why = 'x',"
     " undone_by_id = {other}"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "lie"), LIES)
def test_a_match_can_t_lie(place: Banked, said: str, lie: str) -> None:
    charged(place)
    commit()
    with pytest.raises(IntegrityError, match=said), connection.cursor() as cursor:
        cursor.execute(lie.replace("{other}", str(place.other.pk)))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_line_of_another_account_is_in_no_match_of_this_one(place: Banked) -> None:
    place.take(0, ("05/01/2026", "Frais", "", -5), ("06/01/2026", "Extourne", "", 5))
    lines = keys(place, "bank")
    other = agency_s(place)
    made = BankMatch.objects.create(bank=other.bank, how="person", made_by=place.keeper)
    for line in lines:
        BankMatchLine.objects.create(match=made, line_id=int(line))
    with pytest.raises(IntegrityError, match="ne s'équilibre pas"):
        commit()


def test_matching_is_a_constant_number_of_statements(place: Banked) -> None:
    with counting_statements() as none:
        match_all(place.bank, by=place.keeper)
    for n in range(5):
        place.advance(1_000 + n, f"V{n}", FIFTH)
    place.take(0, *(("07/01/2026", f"V{n}", "", -1_000 - n) for n in range(5)))
    with counting_statements() as counted:
        assert match_all(place.bank, by=place.keeper).by_reference == 5
    assert (counted.count - none.count, BankMatchItem.objects.count()) == (1, 5)  # its line of the audit


@pytest.mark.parametrize(("amount", "sides"), [(-500, ("charges", "bank")), (700, ("bank", "received"))])
def test_an_opening_of_each_sign_has_its_other_side(place: Banked, amount: int, sides: tuple[str, str]) -> None:
    place.take(amount, ("05/01/2026", "Virement", "VIR-1", -100_000))
    line = [one.key for one in outstanding(place.bank) if one.side == "bank" and one.amount_xof == amount]
    made = bank_operations.explain(place.bank, line, [], "opening", "reprise", by=place.keeper)
    bank_operations.approve(made, by=place.other)
    posted = Posting.objects.get(kind="bank")
    assert (posted.debit.kind, posted.credit.kind, posted.amount_xof) == (*sides, abs(amount))
    assert ledger.prove().balanced
