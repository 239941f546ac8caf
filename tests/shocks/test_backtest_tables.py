"""The back-test read from the tables, and from the command line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jigi.command.triggers import VERBS
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import JigiError
from jigi.shocks.backtest import backtest, firings_on, programmes_of
from jigi.shocks.models import SignalValue, Trigger
from jigi.shocks.trigger_file import SHIPPED
from jigi.shocks.triggers import load_shipped, load_trigger
from tests.factories import make_commune, make_user
from tests.shocks import harmonised

MARCH = date(2018, 3, 31)


@pytest.fixture
def mali(db: None) -> None:
    harmonised.write()
    load_shipped(by=make_user("awa", "programme_manager"))


def headcount() -> Trigger:
    return Trigger.objects.get(code="ch_effectif_region")


@pytest.mark.usefixtures("mali")
def test_the_five_regions_from_the_tables() -> None:
    found = firings_on(headcount(), MARCH)
    assert {one.area.name: one.people for one in found} == {
        "Mopti": 287_887, "Koulikoro": 183_653, "Tombouctou": 101_289, "Kayes": 89_592, "Gao": 85_268,
    }  # fmt: skip
    assert sum(one.cost_xof for one in found) == sum(-(-one.people * 20 // 800) * 60_000 for one in found)
    assert firings_on(headcount(), date(2013, 1, 1)) == []


@pytest.mark.usefixtures("mali")
def test_a_value_that_was_replaced_is_not_seen() -> None:
    old = SignalValue.objects.get(
        signal="ch_phase35", area__code="ML0101", starts_on="2018-06-01", published_on=MARCH
    )  # fmt: skip
    before = sum(one.people for one in firings_on(headcount(), MARCH))
    following = old.pk + 1_000_000
    SignalValue.objects.filter(pk=old.pk).update(superseded_by=following)
    SignalValue.objects.create(pk=following, **{
        name: getattr(old, name) for name in
        ("signal", "source", "area", "starts_on", "ends_on", "published_on", "status", "outlook")
    }, version=2, value=old.value + 1000)  # fmt: skip
    assert sum(one.people for one in firings_on(headcount(), MARCH)) == before + 1000


@pytest.mark.usefixtures("mali")
def test_a_back_test_reads_in_a_constant_number_of_statements() -> None:
    counts = []
    for triggers in (Trigger.objects.filter(code="ch_phase_cercle"), Trigger.objects.all()):
        chosen = list(triggers)
        with counting_statements() as counted:
            backtest(chosen)
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 4


@pytest.mark.usefixtures("mali")
def test_the_command_line_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    told = run("triggers backtest", "ch_effectif_region", "--day", "2018-03-31")
    assert told["ch_effectif_region"]["places"] == ["ML01", "ML02", "ML05", "ML06", "ML07"]
    assert "Koulikoro" in capsys.readouterr().out
    assert run("triggers list") == {"triggers": 5}
    assert run("triggers load", "--by", "awa") == {"new": 0, "triggers": 5}
    with pytest.raises(JigiError, match="n’est pas chargé"):
        run("triggers backtest", "inconnu")


@pytest.mark.usefixtures("mali")
def test_a_programme_that_is_asked_is_named(tmp_path: Path) -> None:
    text = (SHIPPED / "ch_phase_cercle.toml").read_text(encoding="utf-8")
    path = tmp_path / "present.toml"
    path.write_text(text.replace("ch_phase >= 3\"\ndeact", "ch_phase >= 3 and present('TM1')\"\ndeact")
                    .replace("ch_phase_cercle", "present"), encoding="utf-8")  # fmt: skip
    trigger, _ = load_trigger(path, by=make_user("sira", "programme_manager"))
    assert programmes_of([trigger]) == {"TM1"}
    assert firings_on(trigger, MARCH) == []  # where the programme works is not known
    kidal = {one.area.code for one in firings_on(trigger, MARCH, {"TM1": ["/ML/ML07/ML0704/ML070401/"]})}
    assert kidal == {"ML0704"}


def test_without_signals_nothing_fires(db: None) -> None:
    make_commune("ML010501")
    load_shipped(by=make_user("awa", "programme_manager"))
    today = timezone.localdate()
    assert all(firings_on(one, today + timedelta(days=1)) == [] for one in Trigger.objects.all())


def run(verb: str, *words: str) -> dict:
    import argparse

    parser = argparse.ArgumentParser()
    VERBS[verb].arguments(parser)
    return VERBS[verb].run(parser.parse_args(words))
