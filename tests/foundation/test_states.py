"""A table of states: what it allows, whom it refuses, and the trace that a move leaves."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent, Run, User
from jigi.foundation.states import StateTable, Transition, transition

TABLE = StateTable(
    "essai",
    {"running": "en cours", "done": "terminé", "failed": "échoué"},
    (
        transition("finish", "running", "done", "Finir"),
        transition("give_up", "running failed", "failed", "Abandonner"),
    ),
)


@pytest.fixture
def by(db: None) -> User:
    return User.objects.create_user("agente")


@pytest.fixture
def run(by: User) -> Run:
    return Run.objects.create(kind="essai", title="Essai")


def test_a_row_is_written_with_its_sources_apart() -> None:
    row = transition("give_up", "running failed", "failed", "Abandonner")
    assert row == Transition("give_up", frozenset({"running", "failed"}), "failed", "Abandonner")
    assert TABLE.transition("give_up") == row


def test_a_table_says_what_is_possible_and_what_to_choose_from() -> None:
    assert [step.verb for step in TABLE.possible("running")] == ["finish", "give_up"]
    assert [step.verb for step in TABLE.possible("failed")] == ["give_up"]
    assert TABLE.possible("done") == []
    assert TABLE.choices == [("running", "en cours"), ("done", "terminé"), ("failed", "échoué")]


def test_a_table_whose_states_are_known_is_made() -> None:
    assert StateTable(TABLE.noun, TABLE.states, TABLE.transitions) == TABLE


@pytest.mark.parametrize("row", [("go", "nowhere", "done", "Aller"), ("go", "done", "nowhere", "Aller")])
def test_a_table_that_names_an_unknown_state_is_not_made(row: tuple[str, str, str, str]) -> None:
    with pytest.raises(ValueError, match=r"essai.go: états inconnus \['nowhere'\]"):
        StateTable("essai", {"done": "terminé"}, (transition(*row),))


def test_a_move_writes_the_state_its_fields_and_the_trace(by: User, run: Run) -> None:
    ended = timezone.now()
    TABLE.move(run, "finish", by=by, reason="fini", subjects=[7], finished_at=ended, message="bien")
    for said in (run, Run.objects.get(pk=run.pk)):
        assert (said.status, said.finished_at, said.message) == ("done", ended, "bien")
    told = AuditEvent.objects.get(noun="essai")
    assert (told.verb, told.noun, told.object_id, told.by, told.reason) == ("finish", "essai", str(run.pk), by, "fini")
    assert (told.before, told.after, told.subjects) == ({"status": "running"}, {"status": "done"}, [7])


def test_a_move_changes_one_thing_and_leaves_the_others(by: User, run: Run) -> None:
    other = Run.objects.create(kind="essai", title="Autre")
    TABLE.move(run, "finish", by=by, finished_at=timezone.now())
    other.refresh_from_db()
    assert other.status == "running"


def test_a_move_that_the_table_lacks_says_from_where_it_goes(by: User, run: Run) -> None:
    TABLE.move(run, "finish", by=by, finished_at=timezone.now())
    with pytest.raises(Refused, match="« Abandonner » est impossible : l’état est « terminé »") as refused:
        TABLE.move(run, "give_up", by=by)
    assert refused.value.remedy == "Cette action part de l’état « échoué » ou « en cours »"
    assert Run.objects.get(pk=run.pk).status == "done" and AuditEvent.objects.filter(noun="essai").count() == 1


def test_who_comes_second_is_told_and_changes_nothing(by: User, run: Run) -> None:
    page = Run.objects.get(pk=run.pk)
    TABLE.move(run, "finish", by=by, finished_at=timezone.now())
    with pytest.raises(Raced, match="quelqu’un a agi avant vous"):
        TABLE.move(page, "give_up", by=by, finished_at=timezone.now())
    assert (Run.objects.get(pk=run.pk).status, page.status) == ("done", "running")
    assert AuditEvent.objects.filter(noun="essai").count() == 1


def test_the_drawing_names_states_and_moves_in_french() -> None:
    assert TABLE.diagram().splitlines() == [
        "stateDiagram-v2",
        "    running : en cours",
        "    done : terminé",
        "    failed : échoué",
        "    running --> done : Finir",
        "    failed --> failed : Abandonner",
        "    running --> failed : Abandonner",
    ]
