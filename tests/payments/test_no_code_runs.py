"""Wrong money, 13: formulas run by `exec` on code stored in the database. Here a text is a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jigi.enrolment.actions import enrol_households
from jigi.foundation.errors import InputError
from jigi.payments import actions, orders
from jigi.payments.models import ReturnLine
from jigi.programmes.definition_file import parse_definition
from jigi.registry.models import Household, Person
from tests.factories import make_commune, make_village, programme_text
from tests.payments.forms import cells_of, imported, interview, orders_of, recipient
from tests.payments.scene import peopled, stage

pytestmark = pytest.mark.django_db

CODE = "__import__('os').system('touch execute')"
CELL = "=cmd|' /C calc'!A0"


def test_13_the_program_runs_no_text() -> None:
    runs_text = re.compile(r"(?<![\w.])(eval|exec|compile|__import__)\(")
    sources = Path(actions.__file__).parents[1].rglob("*.py")
    assert [path for path in sources if runs_text.search(path.read_text(encoding="utf-8"))] == []


def test_13_a_definition_holds_values_not_code() -> None:
    text = programme_text([make_commune("ML010501")])
    with pytest.raises(InputError, match="amount_xof"):
        parse_definition(text.replace("amount_xof = 30000", f'amount_xof = "{CODE}"'), "programme.toml")


def test_13_formulas_in_forms_are_text_and_harmless_in_orders(tmp_path: Path) -> None:
    scene = stage()
    make_village(scene.communes[0])
    imported(tmp_path, [interview("F1")], [recipient("F1", prenom=CELL, nom=CODE)])
    person = Person.objects.get()
    assert (person.given_names, person.surname) == (CELL, CODE)
    enrol_households(scene.component, [Household.objects.get().pk], cohort_name="liste", by=scene.maker)
    payment_round = scene.released()
    for format in ("csv", "xlsx"):
        made = orders.write_orders(payment_round, scene.agency, tmp_path, format=format, by=scene.officer)
        assert cells_of(tmp_path / made.file_name, "allocataire") == [f"'{CELL} {CODE}"]


def test_13_formulas_in_a_return_are_kept_as_written(tmp_path: Path) -> None:
    scene = peopled(1)
    (reference,) = orders_of(scene.released())
    scene.take(tmp_path / "retour.csv", [(CELL, CODE, CELL, CODE), (reference, CELL, 30_000, "")])
    lines = ReturnLine.objects.order_by("line").values_list("reference", "status_read", "outcome")
    assert list(lines) == [(CELL, CODE, "unreadable"), (reference, CELL, "unreadable")]
    assert scene.balance("paid") == 0
