"""A budget is said whole, by a file, a table or an amendment; its lines are within the agreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.foundation.errors import InputError, Refused
from jigi.programmes import amendments, budgets
from jigi.programmes.actions import LoadedProgramme, load_file
from jigi.programmes.amendments import Asked, Paper
from jigi.programmes.budget_file import read_table
from jigi.programmes.budget_models import Budget
from jigi.programmes.budget_rules import Charged, Purpose, SaidBudget, SaidLine, line_of
from jigi.programmes.models import Agreement, Amendment
from tests.factories import loader, make_areas, make_user, programme_text
from tests.foundation.sent import pdf
from tests.payments.scene import Scene, stage

pytestmark = pytest.mark.django_db
ALWAYS = date(2099, 1, 1)
TRANSFERS = SaidLine("1", "Transferts", Purpose.TRANSFERS, "", None, 800_000)
MANAGEMENT = SaidLine("2", "Gestion", Purpose.MANAGEMENT, "", None, 200_000)
WHOLE = SaidBudget((TRANSFERS, MANAGEMENT))
Load = Callable[[str], LoadedProgramme]
LINE = '[[agreement.budget.line]]\ncode = "{}"\nlabel = "Essai"\npurpose = "{}"\namount_xof = {}\n'


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a programme whose agreement, of a million, has some words more."""
    places = make_areas().communes[:1]

    def load(more: str) -> LoadedProgramme:
        text = programme_text(places, agreement_xof=1_000_000).replace("[[agency]]", f"{more}\n[[agency]]")
        (tmp_path / "essai.toml").write_text(text, encoding="utf-8")
        return load_file(tmp_path / "essai.toml", by=loader())

    return load


def ask(scene: Scene, asked: Asked, by: str = "finances") -> Amendment:
    return amendments.ask(
        scene.agreement, asked, signed_on=date(2022, 5, 1), reason="Lettre", paper=Paper("avenant.pdf", pdf()),
        by=make_user(by, "finance_officer"),
    )  # fmt: skip


def amended(scene: Scene, asked: Asked, by: str = "finances") -> None:
    amendments.confirm(ask(scene, asked, by), by=scene.maker)


def test_a_file_says_the_budget(load: Load) -> None:
    lines = (
        LINE.format("1", "transfers", 900_000) + 'component = "TM"\nyear = 2019\n' + LINE.format("2", "fees", 100_000)
    )
    load(f"[agreement.budget]\nstrict = true\n{lines}")
    budget = budgets.in_force(Agreement.objects.get(), ALWAYS)
    assert budget and budget.strict and (budget.lines_count, budget.total_xof) == (2, 1_000_000)
    first, second = budgets.said_by(budget).lines
    assert (first.component, first.year, second.component, second.year) == ("ESSAI.TM", 2019, "", None)
    load(f"# relu, dans un autre ordre\n[agreement.budget]\nstrict = true\n{lines}")
    assert Budget.objects.count() == 1


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "n’a aucune ligne"),
        (LINE.format("1", "transfers", 1_000_001), "dépasse la convention"),
        (LINE.format("1", "transfers", 5) + LINE.format("1", "fees", 5), "La ligne 1 est deux fois"),
        (LINE.format("1", "transfers", 5) + LINE.format("2", "transfers", 5), "paie déjà cela"),
        (LINE.format("1", "management", 5) + 'component = "TM"', "La gestion n’est pas d’une composante"),
        (LINE.format("1", "transfers", 5) + 'component = "AGR"', "n’est pas décrite ici"),
        (LINE.format("1", "transfers", 5) + "year = 1789", "plus petit que 1990"),
        (LINE.format("1", "transfers", 0), "plus petit que 1"),
        (LINE.format("1", "gifts", 5), "« gifts » est inconnu"),
        (LINE.format("1", "fees", 5) + "montant = 3", "inconnue"),
    ],
)
def test_a_wrong_budget_is_refused_at_its_line(load: Load, lines: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        load(f"[agreement.budget]\n{lines}")
    assert refused.value.line > 1 and not Agreement.objects.exists()


def test_a_signed_budget_is_not_written_anew_by_a_file(load: Load) -> None:
    load(f"[agreement.budget]\n{LINE.format('1', 'transfers', 5)}")
    with pytest.raises(InputError, match="existe avec un autre budget"):
        load(f"[agreement.budget]\n{LINE.format('1', 'transfers', 6)}")


HEADER = "ligne;libelle;objet;composante;exercice;montant\n"


def test_a_table_says_a_budget(tmp_path: Path) -> None:
    path = tmp_path / "budget.csv"
    path.write_text(HEADER + "1.1;Transferts;transferts;TM1.TM;2019;600 000\n1.2;Gestion;gestion;;;100000\n", "utf-8")
    said = read_table(path, granted_xof=1_000_000, strict=True)
    assert said.lines[0] == SaidLine("1.1", "Transferts", Purpose.TRANSFERS, "TM1.TM", 2019, 600_000)
    assert said.total_xof == 700_000 and said.strict and said.lines[1].year is None


@pytest.mark.parametrize(
    ("row", "column", "told"),
    [
        (";X;transferts;;;5", "ligne", "n’est pas un code"),
        ("1;;transferts;;;5", "libelle", "manque"),
        ("1;X;cadeaux;;;5", "objet", "n’existe pas"),
        ("1;X;transferts;TM;;5", "composante", "n’est pas une composante"),
        ("1;X;transferts;;19;5", "exercice", "n’est pas un exercice"),
        ("1;X;transferts;;;-5", "montant", "n’est pas un montant"),
        ("1;X;transferts;;;2000000", "montant", "dépasse la convention"),
        ("1;X;gestion;TM1.TM;;5", "composante", "n’est pas d’une composante"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path: Path, row: str, column: str, told: str) -> None:
    path = tmp_path / "budget.csv"
    path.write_text(f"{HEADER}0;Y;frais;;;1\n{row}\n", "utf-8")
    with pytest.raises(InputError, match=told) as refused:
        read_table(path, granted_xof=1_000_000, strict=False)
    assert (refused.value.line, refused.value.column) == (3, column)


def test_a_budget_is_changed_by_amendments_and_none_is_overwritten() -> None:
    scene = stage(money=1_000_000)
    amended(scene, Asked("budget", budget=WHOLE))
    amended(scene, Asked("budget", budget=replace(WHOLE, lines=(TRANSFERS,))), by="finances-2")
    assert [one.total_xof for one in Budget.objects.order_by("pk")] == [1_000_000, 800_000]
    budget = budgets.in_force(scene.agreement, ALWAYS)
    assert budget and budget.total_xof == 800_000
    assert budgets.in_force(scene.agreement, date(2022, 4, 30)) is None


def test_a_budget_beyond_the_agreement_is_refused_when_asked_and_when_confirmed() -> None:
    scene = stage(money=1_000_000)
    too_much = SaidBudget((replace(TRANSFERS, amount_xof=1_000_001),))
    with pytest.raises(Refused, match="dépasse la convention"):
        ask(scene, Asked("budget", budget=too_much))
    made = ask(scene, Asked("budget", budget=WHOLE), by="finances-2")
    amended(scene, Asked("reduction", amount=Decimal(1)), by="finances-3")
    with pytest.raises(Refused, match="dépasse la convention"):
        amendments.confirm(made, by=scene.maker)


def test_a_reduction_leaves_the_agreement_its_budget() -> None:
    scene = stage(money=1_000_000)
    amended(scene, Asked("budget", budget=WHOLE))
    with pytest.raises(Refused, match="dépasserait son montant"):
        amended(scene, Asked("reduction", amount=Decimal(1)), by="finances-2")


def test_the_database_refuses_a_reduction_below_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stage(money=1_000_000)
    amended(scene, Asked("budget", budget=WHOLE))
    monkeypatch.setattr("jigi.programmes.budgets.refuse_smaller", lambda *_: None)
    with pytest.raises(DatabaseError, match="dépasse le montant de sa convention"), transaction.atomic():
        amended(scene, Asked("reduction", amount=Decimal(1)), by="finances-2")


SAME = "INSERT INTO programmes_budgetline (budget_id, code, label, purpose, component, year, amount_xof)"
LIES = {
    "UPDATE programmes_budget SET strict = true": "ne se modifient",
    "DELETE FROM programmes_budgetline": "ne se modifient",
    f"{SAME} SELECT id, '3', 'X', 'fees', '', NULL, 1 FROM programmes_budget": "ne font pas son total",
    f"{SAME} SELECT id, '3', 'X', 'fees', '', NULL, 0 FROM programmes_budget": "budget_line_amount_is_positive",
    f"{SAME} SELECT id, '3', 'X', 'gifts', '', NULL, 1 FROM programmes_budget": "budget_line_purpose_known",
    f"{SAME} SELECT id, '1', 'X', 'fees', '', NULL, 1 FROM programmes_budget": "budget_line_code_once_a_year",
    f"{SAME} SELECT id, '3', 'X', 'transfers', '', NULL, 1 FROM programmes_budget": "budget_line_purpose_once_a_year",
    f"{SAME} SELECT id, '3', 'X', 'management', 'A.B', 2019, 1 FROM programmes_budget":
        "budget_line_of_management_is_of_no_component",
    f"{SAME} SELECT id, '3', 'X', 'fees', '', 1789, 1 FROM programmes_budget": "budget_line_year_is_a_year",
    "INSERT INTO programmes_budget (agreement_id, strict, lines_count, total_xof)"
    " SELECT agreement_id, false, 0, 0 FROM programmes_budget": "budget_has_lines",
    "INSERT INTO programmes_budget (agreement_id, strict, lines_count, total_xof)"
    " SELECT agreement_id, false, 1, 1 FROM programmes_budget": "ne font pas son total",
    "INSERT INTO programmes_amendment (agreement_id, number, kind, signed_on, reason, document_id, asked_by_id)"
    " SELECT agreement_id, 9, kind, signed_on, reason, document_id, asked_by_id FROM programmes_amendment":
        "Un avenant de budget dit ses lignes",
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_the_database_keeps_a_budget_as_it_was_said(lie: str) -> None:
    amended(stage(money=1_000_000), Asked("budget", budget=WHOLE))
    with pytest.raises(DatabaseError, match=LIES[lie]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(lie)


def test_the_database_refuses_a_signed_budget_beyond_its_agreement() -> None:
    scene = stage(money=1_000_000)
    with pytest.raises(DatabaseError, match="dépasse le montant"), transaction.atomic():
        budgets.write(scene.agreement, SaidBudget((replace(TRANSFERS, amount_xof=1_000_001),)))
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_statement_finds_the_line_that_the_rule_finds() -> None:
    scene = stage(money=1_000_000)
    own = f"{scene.component.programme.code}.{scene.component.code}"
    purposes = st.sampled_from((Purpose.TRANSFERS, Purpose.FEES))
    years = st.none() | st.sampled_from((2015, 2016))

    @settings(max_examples=40, deadline=None)
    @given(
        keys=st.sets(st.tuples(purposes, st.sampled_from(("", own, "A.B")), years), min_size=1),
        purpose=purposes,
        year=st.sampled_from((2015, 2016, 2017)),
    )
    def hold(keys: set[tuple[Purpose, str, int | None]], purpose: Purpose, year: int) -> None:
        with transaction.atomic():
            budget = budgets.write(
                scene.agreement, SaidBudget(tuple(SaidLine(str(n), "x", *key, 1) for n, key in enumerate(keys)))
            )
            lines = [Charged(one.pk, Purpose(one.purpose), one.component, one.year) for one in budget.lines.all()]
            said = line_of(lines, purpose, own, year)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT programmes_budget_line(%s, %s, %s, %s)",
                    [budget.pk, purpose.value, scene.component.pk, year],
                )
                assert cursor.fetchone()[0] == (said and said.number)
            transaction.set_rollback(True)

    hold()
