"""A sharing agreement: two people, every list named, never changed, in force between its days only."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, User
from jigi.sharing import actions, queries
from jigi.sharing.models import SharingAgreement
from tests.factories import Areas, make_areas, make_user
from tests.sharing.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas() -> Areas:
    return make_areas(communes=2)


@pytest.fixture
def maker(areas: Areas) -> User:
    return make_user("awa", "programme_manager")


@pytest.fixture
def protector(areas: Areas) -> User:
    return make_user("dpo", "data_protection_officer")


def test_what_one_prepares_another_approves(areas: Areas, maker: User, protector: User) -> None:
    one = signed([areas.cercle], maker)
    assert not queries.in_force("PAM", date(2026, 6, 1)) and list(queries.awaiting(protector)) == [one]
    with pytest.raises(Refused, match="affectation"):
        actions.approve(one, by=maker)
    actions.approve(one, by=protector)
    assert list(queries.in_force("PAM", date(2026, 6, 1))) == [one]
    assert not queries.in_force("PAM", date(2027, 1, 1)) and not queries.in_force("AMO", date(2026, 6, 1))
    actions.end(one, reason="fin de la campagne", by=protector)
    assert not queries.in_force("PAM", date(2026, 6, 1)) and not queries.awaiting(protector)
    events = AuditEvent.objects.filter(noun="sharing_agreement").order_by("id")
    assert list(events.values_list("verb", flat=True)) == ["record", "approve", "end"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": "C" * 41}, "dépasse 40"),
        ({"partner": "P" * 41}, "dépasse 40"),
        ({"partner_name": "P" * 161}, "dépasse 160"),
        ({"legal_basis": "D" * 301}, "dépasse 300"),
        ({"apdp_reference": "A" * 81}, "dépasse 80"),
        ({"purpose": "vivres\x00"}, "ne s’écrit pas"),
    ],
)
def test_a_word_that_cannot_be_kept_is_said_so(said: dict[str, str], words: str, areas: Areas, maker: User) -> None:
    with pytest.raises(Refused, match=words):
        signed([areas.cercle], maker, **said)


def test_a_number_written_twice_at_once_is_refused(areas: Areas, maker: User, monkeypatch: pytest.MonkeyPatch) -> None:
    signed([areas.cercle], maker)
    monkeypatch.setattr(QuerySet, "exists", lambda found: False)  # the other was not yet there when it was looked for
    with pytest.raises(Refused, match="vient d’être écrite"):
        signed([areas.cercle], maker)


def test_a_refusal_says_why(areas: Areas, maker: User, protector: User) -> None:
    one = signed([areas.cercle], maker)
    with pytest.raises(Refused, match="pourquoi"):
        actions.refuse(one, reason="", by=protector)
    actions.refuse(one, reason="sans autorisation", by=protector)
    with pytest.raises(Refused, match="impossible"):
        actions.approve(one, by=protector)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"fields": []}, "données"),
        ({"fields": ["religion"]}, "données"),
        ({"programmes": []}, "programmes"),
        ({"programmes": ["INCONNU"]}, "programmes"),
        ({"purpose": " "}, "finalité"),
        ({"apdp_reference": ""}, "APDP"),
        ({"ends_on": date(2025, 1, 1)}, "finit avant"),
    ],
)
def test_what_is_missing_is_said(said: dict[str, Any], words: str, areas: Areas, maker: User) -> None:
    with pytest.raises(Refused, match=words):
        signed([areas.cercle], maker, **said)


def test_a_place_is_named_and_is_one_s_own(areas: Areas, maker: User) -> None:
    with pytest.raises(Refused, match="lieu"):
        signed([], maker)
    local = make_user("kadi", "programme_manager", areas.communes[0])
    with pytest.raises(Refused, match="affectation"):
        signed([areas.country], local)
    signed([areas.country], maker)
    with pytest.raises(Refused, match="déjà écrite"):
        signed([areas.country], maker)


def test_an_agreement_is_seen_where_it_applies(areas: Areas, maker: User) -> None:
    one = signed([areas.communes[0]], maker)
    seen = {
        place: queries.visible_to(make_user(f"kadi{n}", "coordinator", place)).filter(pk=one.pk).count()
        for n, place in enumerate([areas.country, areas.cercle, *areas.communes])
    }
    assert list(seen.values()) == [1, 1, 1, 0]
    assert not queries.visible_to(make_user("autre", "social_officer")).exists()


LIES: dict[str, dict[str, Any]] = {
    "sharing_decided_by_another": {"status": "approved", "decided_by": "maker"},
    "sharing_decision_is_signed": {"status": "approved"},
    "sharing_end_has_day": {"ended_on": date(2026, 2, 1)},
    "pour un lieu au moins": {"status": "approved", "decided_by": "protector"},
    "de partage ne se modifie pas": {"fields": ["nina"]},
    "sharing_ends_after_start": {"made": {"ends_on": date(2025, 1, 1)}},
    "sharing_shares_something": {"made": {"fields": []}},
    "sharing_says_why": {"made": {"purpose": ""}},
}


@pytest.mark.parametrize("truth", LIES)
def test_each_constraint_refuses_its_lie(truth: str, areas: Areas, maker: User, protector: User) -> None:
    lie = dict(LIES[truth])
    facts = {
        "code": "X", "partner": "PAM", "partner_name": "PAM", "purpose": "x", "legal_basis": "x", "apdp_reference": "x",
        "fields": ["place"], "programmes": ["RSU"], "starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 1),
    }  # fmt: skip
    with pytest.raises(DatabaseError, match=truth), transaction.atomic():
        made = SharingAgreement.objects.create(made_by=maker, **(facts | lie.pop("made", {})))
        if by := lie.get("decided_by"):
            lie |= {"decided_by": maker if by == "maker" else protector, "decided_at": timezone.now()}
        if truth != "pour un lieu au moins":
            made.areas.set([areas.cercle])
        SharingAgreement.objects.filter(pk=made.pk).update(**lie)


def test_the_places_of_an_approved_agreement_never_change(areas: Areas, maker: User, protector: User) -> None:
    one = signed([areas.cercle], maker)
    actions.approve(one, by=protector)
    for change in (lambda: one.areas.add(areas.country), lambda: one.areas.clear()):
        with pytest.raises(IntegrityError, match="ne se modifient pas"), transaction.atomic():
            change()


def test_every_named_constraint_has_its_lie() -> None:
    assert {one.name for one in SharingAgreement._meta.constraints} <= set(LIES)
