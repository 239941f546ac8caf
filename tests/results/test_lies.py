"""Each constraint and trigger of results, by the lie that it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.foundation.bulk import statement
from jigi.results import actions
from jigi.results.framework import sort_of
from jigi.results.models import Comment, Figure, FigureFile, Signature, Snapshot, Value, Withdrawal
from tests.kept import Kept, once
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db
KEPT = (Snapshot, Value, Comment, Signature, FigureFile, Figure)
DIGEST = "0" * 64


def _world(tmp_path: Path) -> World:
    world = paid(tmp_path)
    path = tmp_path / "2014.csv"
    path.write_text("annee;indicateur;valeur;source\n2014;menages_rsu;5;rapport\n", encoding="utf-8")
    actions.load(path, by=world.keeper)
    snapshot = world.take()
    actions.comment(snapshot, "Bien vu.", by=world.keeper)
    actions.sign(snapshot, "Relu et conforme", by=world.signer)
    return world


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The database refuses, by the constraint of this name (or by these words)."""
    with pytest.raises(DatabaseError) as said, transaction.atomic():
        yield
    told = getattr(said.value.__cause__, "diag", None)
    assert name in (str(told.constraint_name if told else ""), str(said.value)) or name in str(said.value)


@pytest.mark.parametrize("model", KEPT)
@pytest.mark.parametrize("lie", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_of_results_is_changed_or_forgotten(world: World, model: Any, lie: str) -> None:
    with refused("ne se modifient ni ne s'effacent"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(lie.replace("{}", model._meta.db_table))


def test_a_value_that_comes_later_is_refused(world: World) -> None:
    snapshot = Snapshot.objects.get()
    with refused("value_of_its_snapshot"):
        Value.objects.create(
            snapshot=snapshot, indicator="francs_verses", dimension="sex", sex="F", sort="sum", numerator=1, rows=1
        )


def test_a_snapshot_without_the_values_of_its_digest_is_refused(world: World) -> None:
    facts = {"since": "2016-01-01", "until": "2016-12-31", "framework_hash": DIGEST, "taken_by": world.keeper}
    with refused("snapshot_has_its_values"):
        Snapshot.objects.create(**facts, digest=DIGEST, counted=0)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


SNAPSHOT_LIES = {
    "snapshot_days_in_order": {"since": "2016-12-31", "until": "2016-01-01"},
    "snapshot_is_hashed": {"digest": "bonjour"},
    "snapshot_of_one_year": {"since": "2015-01-01"},
}


@pytest.mark.parametrize("name", SNAPSHOT_LIES)
def test_a_lie_about_a_snapshot(world: World, name: str) -> None:
    facts = {"since": "2016-01-01", "until": "2016-12-31", "framework_hash": DIGEST, "digest": DIGEST, "counted": 0}
    with refused(name):
        Snapshot.objects.create(**{**facts, **SNAPSHOT_LIES[name]}, taken_by=world.keeper)


VALUE_LIES: dict[str, dict[str, Any]] = {
    "value_counted_or_loaded": {"source": "on me l’a dit"},
    "value_once": {"dimension": ""},
}


@pytest.mark.parametrize("name", VALUE_LIES)
def test_a_lie_about_a_value(world: World, name: str) -> None:
    facts = {"indicator": "menages_rsu", "dimension": "sex", "sex": "F", "sort": "count", "numerator": 1, "rows": 1}
    told = {**facts, **VALUE_LIES[name]}
    if name == "value_once":
        told |= {"sex": ""}
    with refused(name):
        Value.objects.create(snapshot=Snapshot.objects.get(), **told)


ODD: list[dict[str, Any]] = [
    {"sort": "count", "numerator": -1},
    {"sort": "count", "numerator": 1, "denominator": 2},
    {"sort": "sum", "numerator": -1},
    {"sort": "sum", "numerator": 1, "denominator": 0},
    {"sort": "share", "numerator": 3, "denominator": 2},
    {"sort": "share", "numerator": 1, "denominator": None},
    {"sort": "ratio", "numerator": -1, "denominator": 2},
    {"sort": "other", "numerator": 1},
]


@pytest.mark.parametrize("odd", ODD)
def test_a_figure_that_cannot_be(world: World, odd: dict[str, Any]) -> None:
    with refused("value_is_possible"):
        Value.objects.create(snapshot=Snapshot.objects.get(), indicator="menages_rsu", dimension="sex", rows=1, **odd)
    with refused("figure_is_possible"):
        Figure.objects.create(
            file=FigureFile.objects.get(), indicator="menages_rsu", year=2014, source="rapport", line=3, **odd
        )


def test_what_was_kept_before_says_its_sort(world: World) -> None:
    """The statement of the migration knows every indicator as the framework does."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE results_value DISABLE TRIGGER result_is_kept")
        cursor.execute("UPDATE results_value SET sort = 'balance'")
        cursor.execute(statement("results", "sorts"))
    said = dict(Value.objects.values_list("indicator", "sort").distinct())
    assert said == {code: sort_of(code) for code in said} and len(said) > 15
    with refused("ne se modifient ni ne s'effacent"), connection.cursor() as cursor:
        cursor.execute("UPDATE results_value SET sort = 'balance'")


@pytest.mark.parametrize("odd", [{"quarter": "2015-T1"}, {"latest_on": "2017-01-01"}])
def test_a_value_of_another_year(world: World, odd: dict[str, str]) -> None:
    """The digest is made to fit, as who lies would: the day is what betrays it."""
    with refused("value_of_its_year"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE results_value DISABLE TRIGGER value_of_its_snapshot")
        Value.objects.create(
            snapshot=Snapshot.objects.get(), indicator="menages_rsu", dimension="quarter", sort="count", numerator=1,
            rows=1, **odd,
        )  # fmt: skip


def test_a_withdrawal_says_why_and_stays(world: World) -> None:
    with refused("withdrawal_says_why"):
        Withdrawal.objects.create(figure=Figure.objects.get(), by=world.keeper)
    actions.withdraw(Figure.objects.get(), "Un autre rapport le dément", by=world.keeper)
    for lie in (
        "UPDATE results_withdrawal SET reason = 'autre'",
        "DELETE FROM results_withdrawal",
        "TRUNCATE results_withdrawal",
    ):
        with refused("ne se modifient ni ne s'effacent"), connection.cursor() as cursor:
            cursor.execute(lie)


FIGURE_LIES: dict[str, dict[str, Any]] = {
    "figure_says_its_source": {"source": ""},
    "figure_is_of_a_year": {"year": 12},
    "figure_is_over_something": {"denominator": -1, "sort": "balance"},
    "figure_once_in_a_file": {"indicator": "menages_rsu"},
    "figure_quarter_of_its_year": {"quarter": "2013-T1"},
}


@pytest.mark.parametrize("name", FIGURE_LIES)
def test_a_lie_about_a_loaded_figure(world: World, name: str) -> None:
    facts = {
        "indicator": "personnes_rsu", "year": 2014, "sort": "count", "numerator": 1, "source": "rapport", "line": 3,
    }  # fmt: skip
    with refused(name):
        Figure.objects.create(file=FigureFile.objects.get(), **{**facts, **FIGURE_LIES[name]})


def test_an_empty_file_is_refused(world: World) -> None:
    with refused("figure_file_is_not_empty"):
        FigureFile.objects.create(file_name="vide.csv", file_hash="1" * 64, lines=0, loaded_by=world.keeper)


def test_who_took_it_does_not_sign_it(world: World) -> None:
    snapshot = world.take()
    with refused("signature_by_another"):
        Signature.objects.create(snapshot=snapshot, said="Relu", by=world.keeper)


def test_who_loaded_its_figures_does_not_sign_it(world: World) -> None:
    snapshot = actions.take(2014, by=world.keeper)
    assert snapshot.values.filter(loaded=True).count() == 0  # the register has rows: they count, not the file
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_household SET registered_at = '2019-01-01'")
    fed = actions.take(2014, by=world.signer_too())
    assert fed.values.get(loaded=True).numerator == 5
    with refused("signature_by_another"):
        Signature.objects.create(snapshot=fed, said="Relu", by=world.keeper)


def test_who_withdrew_a_figure_before_does_not_sign_it(world: World) -> None:
    other = world.signer_too()
    before = actions.take(2014, by=other)
    Withdrawal.objects.create(figure=Figure.objects.get(), reason="Compté deux fois", by=world.keeper)
    Signature.objects.create(snapshot=before, said="Relu", by=world.keeper)  # taken before: it leaves nothing out
    after = actions.take(2014, by=other)
    with refused("signature_by_another"):
        Signature.objects.create(snapshot=after, said="Relu", by=world.keeper)


@pytest.mark.parametrize("model", [Comment, Signature])
def test_silence_is_not_kept(world: World, model: Any) -> None:
    name = {"comment": "comment_says_something", "signature": "signature_says_something"}[model._meta.model_name]
    field = "text" if model is Comment else "said"
    with refused(name):
        model.objects.create(snapshot=world.take(), by=world.signer, **{field: ""})
