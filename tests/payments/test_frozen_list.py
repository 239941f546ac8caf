"""The hash of a list is recomputed by anyone: from the database, from the written file, and without Jigi at all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.payments import frozen_list
from jigi.payments.models import Instruction, PaymentRound
from tests.command.terminal import Jigi, terminal
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "frozen-list.md"


@pytest.fixture
def jigi(capsys: pytest.CaptureFixture[str]) -> Jigi:
    return terminal(capsys)


def _scene(folder: Path) -> Scene:
    made = peopled(3, communes=("ML010501", "ML010601"))
    made.enrol(make_households(2, make_village(made.communes[1])))
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def test_the_file_the_database_and_the_recipe_of_the_manual_agree(scene: Scene, tmp_path: Path) -> None:
    released = scene.released()
    path = frozen_list.write(released, tmp_path, by=scene.maker)
    assert path.name == f"liste-gelee-tour{released.pk}-{released.list_hash}.csv"
    assert len(path.read_text().splitlines()) == 6
    assert frozen_list.verify_file(path).same and frozen_list.verify(released).same
    recipe = re.search(r"python3 -c '\n(.+?)\n +'", DOCUMENT.read_text(), re.DOTALL)
    assert recipe
    code = "\n".join(line[6:] for line in recipe[1].splitlines())
    said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == released.list_hash


def test_one_franc_changed_in_the_file_is_seen(scene: Scene, tmp_path: Path, jigi: Jigi) -> None:
    released = scene.released()
    path = frozen_list.write(released, tmp_path, by=scene.maker)
    assert jigi("payments", "verify", "--file", str(path)).code == 0
    path.write_text(path.read_text().replace(";30000\n", ";30001\n", 1))
    found = jigi("payments", "verify", "--file", str(path))
    assert found.code == 1 and "n’est pas celle qui a été gelée" in found.err and released.list_hash in found.err


def test_a_list_changed_behind_the_guards_is_seen(scene: Scene, jigi: Jigi) -> None:
    released = scene.released()
    same = jigi("payments", "verify", str(released.pk), "--json")
    assert same.code == 0 and '"same": true' in same.out
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE payments_instruction DISABLE TRIGGER USER;"
            " UPDATE payments_instruction SET amount_xof = 30001 WHERE round_id = %s", [released.pk],
        )  # fmt: skip
    changed = jigi("payments", "verify", str(released.pk))
    assert changed.code == 1 and "Ne payez rien" in changed.err


def test_what_was_never_frozen_has_no_hash(scene: Scene, tmp_path: Path, jigi: Jigi) -> None:
    prepared = scene.prepared()
    assert "n’a pas de liste gelée" in jigi("payments", "verify", str(prepared.pk)).err
    with pytest.raises(Refused, match="n’a pas de liste gelée"):
        frozen_list.write(prepared, tmp_path, by=scene.maker)
    assert jigi("payments", "verify").code == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [("numero\n", 1), (f"{frozen_list.HEADER}\nML01;1-2-1-05;1;2;A;00;trente\n", 2)],
)
def test_what_is_no_frozen_list_is_said_at_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        frozen_list.verify_file(path, "0" * 64)
    assert refused.value.line == line
    with pytest.raises(InputError, match="quelle empreinte"):
        frozen_list.verify_file(path)


def test_the_list_is_written_for_who_sees_the_whole_round(scene: Scene, tmp_path: Path) -> None:
    released = scene.released()
    here = make_user("une-commune", "programme_manager", scene.communes[0])
    with pytest.raises(Refused):
        frozen_list.write(released, tmp_path, by=here)
    frozen_list.write(released, tmp_path, by=scene.maker)
    told = AuditEvent.objects.get(verb="export", noun="payment_round")
    assert told.after["lines"] == 5


def test_every_line_of_an_order_file_and_its_slip_carry_the_hash(scene: Scene, tmp_path: Path) -> None:
    released = scene.released()
    path = scene.order_file(released, tmp_path)
    head, *rows = path.read_text("utf-8-sig").splitlines()
    assert head.endswith(";empreinte_liste") and len(rows) == 5
    assert all(row.endswith(f";{released.list_hash}") for row in rows)
    slip = path.with_name(f"{path.name}.bordereau.csv").read_text("utf-8-sig").splitlines()
    assert slip[1].endswith(f";{released.list_hash}")


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.text("12;x", min_size=1, max_size=5)), min_size=1, max_size=6))
def test_no_other_list_has_the_hash_of_a_list(rows: list[tuple[str, str]]) -> None:
    lines = [f"{code};{promised}" for code, promised in sorted(rows, key=lambda row: row[0])]
    for position in range(len(lines)):
        assert frozen_list.digest(lines[:position] + lines[position + 1 :]) != frozen_list.digest(lines)
        changed = [*lines[:position], lines[position] + "0", *lines[position + 1 :]]
        assert frozen_list.digest(changed) != frozen_list.digest(lines)


def test_the_hash_of_the_freeze_is_that_of_the_rule(scene: Scene) -> None:
    frozen: PaymentRound = scene.released()
    orders = Instruction.objects.filter(payment_round=frozen).select_related("commune", "household", "agency")
    lines = [
        f"{one.commune.code};{one.reference};{one.household.rsu_number};{one.recipient_id};{one.agency.code};"
        f"{bytes(one.account_index).hex()};{one.amount_xof}"
        for one in sorted(orders, key=lambda one: (one.commune.code, one.entitlement_id))
    ]
    assert frozen_list.digest(lines) == frozen.list_hash
