"""Trigger files: what they refuse, and that a version once loaded stays as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.shocks.backtest import backtest, firings_on
from jigi.shocks.models import Trigger
from jigi.shocks.trigger_file import SHIPPED, read_rule, shipped
from jigi.shocks.triggers import latest, load_shipped, load_trigger, no_longer, rule_of, visible_to, withdraw_trigger
from tests.factories import make_user

if TYPE_CHECKING:
    from tests.factories import Areas

PHASE = (SHIPPED / "ch_phase_cercle.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "column", "said"),
    [
        ('activate = "ch_phase >= 3"', 'activate = "pluie >= 3"', "activate", "« pluie » est inconnu (caractère 1"),
        ('deactivate = "ch_phase < 3"', 'deactivate = "ch_phase"', "deactivate", "condition, pas un nombre"),
        ('outcome = "ch_phase >= 3"', 'outcome = "ch_phase / 0 > 1"', "outcome", "divise par zéro"),
        ('level = "cercle"', 'level = "village"', "level", "inconnu"),
        ('calendar = "ch"', 'calendar = "jour"', "calendar", "inconnu"),
        ("heed_days = 0", "heed_days = 0\nseason = [0]", "season", "liste de mois"),
        ("heed_days = 0", "heed_days = 900", "heed_days", "dépasse 400"),
        ('"observed", "projected"', '"observed", "vu"', "outlooks", "inconnu"),
        ("share_percent = 20", "share_percent = 101", "share_percent", "dépasse 100"),
        ("household_size = 8.0", "household_size = 0", "household_size", "n’existe pas"),
        ("amount_xof = 60_000", "amount_xof = 60_000_000_000", "amount_xof", "montant par ménage"),
        ("version = 1", "version = 99999", "version", "numéro de version"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_until = 2025-01-01", "valid_until", "précède"),
        ("heed_days", "hed_days", "hed_days", "inconnue"),
        ("share_percent = 20", 'share_percent = 20\npeople = "price_cereal"', "people", "inconnu"),
    ],
)
def test_a_mistake_is_said_with_its_line(old: str, new: str, column: str, said: str) -> None:
    text = PHASE.replace(old, new)
    with pytest.raises(InputError, match=said.replace("(", r"\(")) as refused:
        read_rule(text, "regle.toml")
    assert refused.value.column == column
    assert text.splitlines()[(refused.value.line or 0) - 1].startswith(column)


def test_help_costs_whole_households() -> None:
    aid = {rule.code: rule.help for _, rule in shipped()}["ch_phase_cercle"]
    assert aid.households(0) == 0
    assert aid.households(287_887) == 7_198  # 20 % are 57,577.4 persons, 7,197.2 households of 8
    assert aid.cost_xof(287_887) == 7_198 * 60_000


def test_a_version_is_kept_for_good(areas: Areas, tmp_path: Path) -> None:
    manager = make_user("mariam", "programme_manager")
    assert load_shipped(by=manager) == 5
    assert load_shipped(by=manager) == 0
    changed = tmp_path / "autre.toml"
    changed.write_text(PHASE.replace(">= 3", ">= 4"), encoding="utf-8")
    with pytest.raises(InputError, match="version = 2"):
        load_trigger(changed, by=manager)
    changed.write_text(PHASE.replace(">= 3", ">= 4").replace("version = 1", "version = 2"), encoding="utf-8")
    trigger, new = load_trigger(changed, by=manager)
    assert new and rule_of(trigger).activate_text == "ch_phase >= 4"
    assert [one.version for one in latest(visible_to(manager)) if one.code == trigger.code] == [2]


def test_a_withdrawn_version_proposes_nothing_and_gives_way_to_the_one_before(areas: Areas, tmp_path: Path) -> None:
    manager = make_user("mariam", "programme_manager")
    first, _ = load_trigger(SHIPPED / "ch_phase_cercle.toml", by=manager)
    (tmp_path / "b.toml").write_text(PHASE.replace("version = 1", "version = 2"), encoding="utf-8")
    second, _ = load_trigger(tmp_path / "b.toml", by=manager)
    with pytest.raises(Refused, match="Dites pourquoi"):
        withdraw_trigger(second, reason=" ", by=manager)
    with pytest.raises(Refused):
        withdraw_trigger(second, reason="seuil faux", by=make_user("ali", "auditor"))
    withdraw_trigger(second, reason="seuil faux", by=manager)
    second.refresh_from_db()
    assert latest(visible_to(manager)) == [first] and second.withdrawn_by == manager
    assert AuditEvent.objects.get(noun="trigger", verb="withdraw").reason == "seuil faux"
    with pytest.raises(Refused, match="a été retirée"):
        firings_on(second, date(2018, 3, 31))
    with pytest.raises(Refused, match="déjà retirée"):
        withdraw_trigger(second, reason="seuil faux", by=manager)
    assert backtest([second])[0].firings == ()  # its past may still be played


def test_a_rule_past_its_validity_proposes_nothing(areas: Areas, tmp_path: Path) -> None:
    text = PHASE.replace("valid_from = 2026-01-01", "valid_from = 2016-01-01\nvalid_until = 2017-12-31")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    old, _ = load_trigger(tmp_path / "a.toml", by=make_user("mariam", "programme_manager"))
    assert no_longer(old, date(2017, 12, 31)) == "" and "31/12/2017" in no_longer(old, date(2018, 1, 1))
    with pytest.raises(Refused, match="plus valable"):
        firings_on(old, date(2017, 6, 1))


def test_who_may_load_and_read(areas: Areas) -> None:
    stranger = make_user("ali", "enumerator")
    with pytest.raises(Refused):
        load_trigger(SHIPPED / "ch_phase_cercle.toml", by=stranger)
    assert not visible_to(stranger).exists()


def test_a_withdrawn_version_stays_withdrawn(areas: Areas) -> None:
    manager = make_user("mariam", "programme_manager")
    trigger, _ = load_trigger(SHIPPED / "ch_phase_cercle.toml", by=manager)
    withdraw_trigger(trigger, reason="seuil faux", by=manager)
    with pytest.raises(IntegrityError, match="trigger_stays"), transaction.atomic():
        Trigger.objects.update(withdrawn_at=None, withdrawn_by=None)


@pytest.mark.parametrize("lie", ["update", "delete"])
def test_the_database_refuses_another_text(areas: Areas, lie: str) -> None:
    load_shipped(by=make_user("mariam", "programme_manager"))
    with pytest.raises(IntegrityError, match="trigger_stays"), transaction.atomic():
        found = Trigger.objects.filter(code="ch_phase_cercle")
        found.update(activate="ch_phase >= 1") if lie == "update" else found._raw_delete("default")


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"level": "village"}, "trigger_level"),
        ({"activate": ""}, "trigger_says_when"),
        ({"code": "ch_phase_cercle"}, "trigger_version_once"),
        ({"valid_until": date(2000, 1, 1)}, "trigger_validity"),
        ({"withdrawn_at": datetime(2026, 1, 1, tzinfo=UTC)}, "trigger_withdrawn_by_somebody"),
    ],
)
def test_the_database_refuses_a_lie(areas: Areas, facts: dict[str, object], constraint: str) -> None:
    load_shipped(by=make_user("mariam", "programme_manager"))
    row = Trigger.objects.filter(code="ch_phase_cercle").values().get()
    row |= {"id": None, "code": "autre"} | facts
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Trigger.objects.create(**row)
