"""Every address, every role, at one of four places: the answers are those of docs/access/matrix.md."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from jigi.geography.roles import roles
from tests.access import matrix
from tests.access.addresses import ASKS
from tests.access.portal import PORTAL_ASKS
from tests.access.unasked import OWN, PHONES
from tests.access.world import make_world

UNASKED = {"static", "site_send", "works_phone_send", "session_phone_send", "nutrition_phone_send"}
"""Files; and what a device records at a pay point, which is no form: tests/web/test_site_desk.py sends it. So is
what a phone entered of a timesheet, a session or a distribution: tests/web/test_works_phone.py,
test_sessions_phone.py, test_nutrition_phone.py."""


LOOKED_AT = ("social_officer", "system_administrator")
"""Two that show the most and the least, asked every address at every run; `make test-long` asks all a sixth of them."""


@pytest.mark.django_db
def test_who_sees_households_and_who_sees_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, expected = make_world(tmp_path), matrix.read()
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    for role in LOOKED_AT:
        assert (role, matrix.departures(roles()[role], world, expected[role])) == (role, {})


@pytest.mark.long
@pytest.mark.django_db
def test_each_role_is_answered_what_the_matrix_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, expected = make_world(tmp_path), matrix.read()
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    for role in matrix.HELD_BY_PEOPLE:
        assert (role.code, matrix.departures(role, world, expected[role.code], one_in=6)) == (role.code, {})


@pytest.mark.django_db
@pytest.mark.skipif(not os.environ.get("JIGI_MATRIX"), reason="`make matrix` écrit le document")
def test_the_matrix_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path)
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    table = {role.code: matrix.row_of(role, world) for role in matrix.HELD_BY_PEOPLE}
    matrix.DOCUMENT.write_text(matrix.written(table), encoding="utf-8")


def test_no_address_is_without_a_row() -> None:
    named = set(_names(get_resolver().url_patterns))
    assert named - UNASKED - OWN - PHONES == {ask.name for ask in ASKS}


def test_an_address_and_a_row_have_one_name_each() -> None:
    """A second address of a name would be the one that every link of the first leads to."""
    named, rows = list(_names(get_resolver().url_patterns)), [ask.label for ask in ASKS]
    assert [name for name in set(named) if named.count(name) > 1] == []
    assert [row for row in set(rows) if rows.count(row) > 1] == []


def test_nobody_signed_in_sees_only_what_is_public() -> None:
    opened = {ask.name for ask in ASKS if ask.anonymous}
    assert opened == {ask.name for ask in PORTAL_ASKS} | {"complaint", "complaint_follow"}


def _names(patterns: Iterable[URLPattern | URLResolver]) -> Iterable[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)
