"""Taking a snapshot: all at one moment, by the worker when a page asks; and figures that were loaded wrong."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, Run
from jigi.foundation.runs import leave_failed, side_connection
from jigi.geography.models import StaffPosting
from jigi.results import actions, jobs, pipeline, queries
from jigi.results.models import Figure, Snapshot
from tests.command.terminal import terminal
from tests.factories import make_areas, make_user
from tests.results.test_files import written
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db
MARK = "essai d’un seul moment"


@pytest.fixture
def apart() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """What a function returns on a connection of its own, outside the transaction of the test."""

    def run(act: Callable[[], Any]) -> Any:
        found: list[Any] = []

        def work() -> None:
            try:
                found.append(act())
            finally:
                connection.close()

        thread = Thread(target=work)
        thread.start()
        thread.join()
        return found[0]

    yield run
    with side_connection() as other:
        other.execute("DELETE FROM foundation_run WHERE title = %s", [MARK])


def test_what_is_written_while_it_counts_is_in_no_figure(apart: Callable[[Callable[[], Any]], Any]) -> None:
    def count() -> tuple[int, int]:
        with actions.one_moment():
            before = Run.objects.filter(title=MARK).count()
            leave_failed("essai", MARK, subject="", message="")
            return before, Run.objects.filter(title=MARK).count()

    assert apart(count) == (0, 0)
    assert apart(lambda: Run.objects.filter(title=MARK).count()) == 1


def test_what_is_proved_by_night_is_of_one_moment(
    apart: Callable[[Callable[[], Any]], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def isolation() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
            return cursor.fetchone()

    seen: list[str] = []
    monkeypatch.setattr(jobs, "refresh", lambda: seen.append("refresh"))
    monkeypatch.setattr(jobs, "wrong", lambda: seen.append("wrong") or [])
    moment = actions.one_moment

    @contextmanager
    def heard(*, writes: bool = False) -> Iterator[Any]:
        with moment(writes=writes) as at:
            seen.append(f"writes {writes}")
            yield at
            seen.append("end")

    monkeypatch.setattr(actions, "one_moment", heard)
    jobs.prove(0)
    assert seen == ["writes True", "refresh", "wrong", "end"]

    def count() -> Any:
        with moment(writes=True):
            return isolation()

    assert apart(count) == ("repeatable read", "off")


@pytest.mark.parametrize("fenced", [True, False])
def test_every_indicator_is_counted_in_that_moment(
    apart: Callable[[Callable[[], Any]], Any], monkeypatch: pytest.MonkeyPatch, fenced: bool
) -> None:
    def cells(*asked: object) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
            return list(cursor.fetchone())

    monkeypatch.setattr("django.conf.settings.FENCED", fenced)
    monkeypatch.setattr(pipeline, "cells", cells)
    _, seen = apart(lambda: actions.count_at_once(date(2016, 1, 1), date(2016, 12, 31)))
    assert seen == ["repeatable read", "on"]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = paid(tmp_path)
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    return made


def posted(client: Client, address: str, **facts: str) -> int:
    return client.post(address, {"cle": str(uuid.uuid4()), **facts}).status_code


def text_of(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


def asked() -> list[dict[str, Any]]:
    return [one.args for one in ProcrastinateJob.objects.filter(task_name="results.take")]


def test_a_page_leaves_the_count_to_the_worker(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    for _ in range(2):  # asked twice, it is taken once
        assert posted(client, "/resultats/instantanes/calculer/", annee="2016", jour="2016-06-30") == 302
    assert not Snapshot.objects.exists() and len(asked()) == 1
    assert "L’instantané de 2016 se calcule" in text_of(client, "/resultats/instantanes/")
    for _ in range(2):  # a worker that was stopped does its job again
        jobs.take(**asked()[0])
    assert Snapshot.objects.get().until == date(2016, 6, 30)
    assert "Instantané des résultats de 2016 au 30/06/2016" in text_of(client, "/resultats/instantanes/")
    run = Run.objects.filter(kind="results.take").latest("pk")
    assert run.status == "done" and next(step.name for step in run.steps.all()) == "Compte des indicateurs"


def test_a_wrong_day_is_said_before_it_is_asked(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    facts = {"cle": str(uuid.uuid4()), "annee": "2016", "jour": "2017-01-01"}
    page = client.post("/resultats/instantanes/calculer/", facts, follow=True).content.decode()
    assert asked() == [] and "n’est pas un jour passé de 2016" in page


def test_who_has_lost_the_right_leaves_a_failed_run(world: World) -> None:
    user = make_user("parti", "enumerator", world.here)
    jobs.take(2016, "2016-06-30", user.pk, timezone.now().isoformat())
    assert not Snapshot.objects.exists()
    assert "Votre affectation" in Run.objects.filter(kind="results.take", by_id=user.pk).latest("pk").message


def loaded(folder: Path, world: World) -> Figure:
    """A figure of 2012, which the register has not seen."""
    actions.load(written(folder, "2012;francs_verses;6000;;;;;;;;rapport faux"), by=world.keeper)
    return Figure.objects.get()


def test_a_wrong_figure_is_withdrawn_and_what_took_it_stays(client: Client, world: World, tmp_path: Path) -> None:
    figure = loaded(tmp_path, world)
    before = actions.take(2012, by=world.keeper)
    assert before.values.get(indicator="francs_verses").numerator == 6000
    actions.sign(before, "Relu et conforme", by=world.signer)
    client.force_login(world.keeper)
    assert "Retirer ce chiffre" in text_of(client, "/resultats/chiffres/?annee=2012")
    posted(client, f"/resultats/chiffres/{figure.pk}/retirer/", motif="Compté en milliers de francs")
    assert "« Compté en milliers de francs »" in text_of(client, "/resultats/chiffres/")
    assert AuditEvent.objects.get(verb="withdraw", noun="results_figures").after["indicator"] == "francs_verses"
    assert pipeline.digest_in_database(before.pk) == before.digest
    assert "1 chiffre repris a été retiré depuis" in text_of(client, f"/resultats/instantanes/{before.pk}/")
    after = actions.take(2012, by=world.keeper)
    assert not after.values.filter(loaded=True).exists() and not queries.withdrawn_since(after, world.keeper)
    with pytest.raises(Refused, match="déjà retiré"):
        actions.withdraw(figure, "Compté en milliers de francs", by=world.keeper)


def test_a_figure_that_was_corrected_does_not_come_back(world: World, tmp_path: Path) -> None:
    loaded(tmp_path, world)
    actions.load(written(tmp_path, "2012;francs_verses;7;;;;;;;;autre", name="suite.csv"), by=world.keeper)
    actions.withdraw(Figure.objects.latest("pk"), "Une autre année que 2012", by=world.keeper)
    assert pipeline.loaded(2012) == {}
    actions.load(written(tmp_path, "2012;francs_verses;9;;;;;;;;relu", name="fin.csv"), by=world.keeper)
    assert [one.numerator for one in pipeline.loaded(2012)["francs_verses"]] == [9]


def test_who_withdrew_a_figure_does_not_sign_what_leaves_it_out(world: World, tmp_path: Path) -> None:
    figure, other = loaded(tmp_path, world), world.signer_too()
    before = actions.take(2012, by=other)
    actions.withdraw(figure, "Compté en milliers de francs", by=world.keeper)
    after = actions.take(2012, by=other)
    assert world.keeper.pk in actions.hands_of(after)
    assert actions.hands_of(before) == {world.keeper.pk}  # who loaded it
    StaffPosting.objects.create(user=world.keeper, role="coordinator", area=world.region.parent, starts_on="2014-01-01")
    with pytest.raises(Refused, match="chargé ou retiré"):
        actions.sign(after, "Relu et conforme", by=world.keeper)
    actions.sign(after, "Relu et conforme", by=world.signer)


def test_a_region_is_not_told_of_a_figure_of_the_country(world: World, tmp_path: Path) -> None:
    figure = loaded(tmp_path, world)
    before = actions.take(2012, by=world.keeper)
    actions.withdraw(figure, "Compté en milliers de francs", by=world.keeper)
    assert queries.withdrawn_since(before, world.keeper).count() == 1
    assert not queries.withdrawn_since(before, world.regional())


def test_who_only_reads_withdraws_nothing(client: Client, world: World, tmp_path: Path) -> None:
    figure = loaded(tmp_path, world)
    client.force_login(make_user("auditrice", "auditor"))
    assert "Retirer ce chiffre" not in text_of(client, "/resultats/chiffres/")
    posted(client, f"/resultats/chiffres/{figure.pk}/retirer/", motif="Je le trouve trop petit")
    assert pipeline.loaded(2012)
    client.force_login(world.regional())
    assert client.get("/resultats/chiffres/").status_code == 200
    assert posted(client, f"/resultats/chiffres/{figure.pk}/retirer/", motif="Pas de ma région") == 404


def test_the_command_withdraws(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded(tmp_path, world)
    make_user("exploitant", "operator")
    jigi = terminal(capsys)
    assert jigi("results", "withdraw", "2012", "chiffres.csv", "3", "--reason", "Compté en milliers").code == 1
    assert jigi("results", "withdraw", "2012", "chiffres.csv", "2", "--reason", "Compté en milliers").code == 0
    assert pipeline.loaded(2012) == {}


def test_a_quarter_of_another_year_is_refused_in_the_file(tmp_path: Path) -> None:
    make_areas(communes=1)
    path = written(tmp_path, "2012;francs_verses;5;;;;;;;2013-T1;rapport")
    with pytest.raises(InputError, match="d’une autre année"):
        actions.load(path, by=make_user("mariam", "monitoring_officer"))
