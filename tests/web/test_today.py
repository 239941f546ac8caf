"""« Aujourd’hui »: what waits for this person, and the work that goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from jigi.foundation.models import Run, User
from jigi.intake.models import Batch, Problem
from jigi.payments import approvals
from jigi.payments.models import PaymentRound
from jigi.registry.models import Household
from jigi.targeting.models import TargetingRound
from tests.factories import Areas, loader, make_commune, make_component, make_enrolments, make_households, make_user
from tests.payments.scene import peopled


def _page(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get("/aujourdhui/").content.decode()


def test_nobody_waits_for_a_newcomer(client: Client, areas: Areas) -> None:
    assert "Rien ne vous attend" in _page(client, make_user("awa"))


def test_without_posting_one_is_told_whom_to_ask(client: Client, db: None) -> None:
    assert "pas encore d’affectation" in _page(client, User.objects.create_user("rien", full_name="Rien"))


def test_a_frozen_round_waits_for_an_approver_who_did_not_make_it(client: Client, areas: Areas) -> None:
    made = _frozen_round(areas, loader())
    assert "Tour 1 sur 12" in _page(client, make_user("coord", "coordinator", areas.communes[0]))
    assert f'href="/paiements/{made.pk}/"' in client.get("/aujourdhui/").content.decode()
    assert "Tour 1 sur 12" not in _page(client, make_user("autre", "coordinator", areas.communes[1]))
    assert "Tour 1 sur 12" not in _page(client, make_user("tresor", "treasurer"))


def _frozen_round(areas: Areas, maker: User) -> PaymentRound:
    made = PaymentRound.objects.create(
        component=make_component(areas.communes), term=1, label="Tour 1 sur 12", made_by=maker, status="prepared",
        covers_from="2016-01-01", covers_until="2016-03-31", prepared_at="2016-01-01T00:00Z",
    )  # fmt: skip
    made.communes.create(commune=areas.communes[0], component=made.component, term=1, sequence=1)
    frozen_at = datetime(2016, 1, 1, tzinfo=UTC)
    approvals.fix(made, frozen_at)
    PaymentRound.objects.filter(pk=made.pk).update(
        status="frozen", frozen_by=maker, frozen_at=frozen_at, list_hash="0" * 64
    )
    return made


def test_a_household_that_changed_waits_for_who_decides_of_enrolments(client: Client, areas: Areas) -> None:
    make_enrolments(make_component(areas.communes[:1]), make_households(1, areas.villages[0]))
    assert "Changements du registre à suivre" not in _page(client, make_user("avant"))
    Household.objects.update(status="dissolved")
    assert 'href="/inscriptions/"' in _page(client, make_user("awa"))
    assert "Changements du registre à suivre" in client.get("/aujourdhui/").content.decode()
    for elsewhere in (make_user("loin", "programme_manager", areas.communes[1]), make_user("sira", "social_officer")):
        assert "Changements du registre à suivre" not in _page(client, elsewhere)


def test_a_ranked_campaign_waits_to_be_frozen(client: Client, areas: Areas) -> None:
    TargetingRound.objects.create(
        name="Campagne d’essai", programme_code="TM1", quota_total=10, status="ranked", made_by=loader()
    )
    assert "Campagne d’essai" in _page(client, make_user("awa"))
    assert "Campagne d’essai" not in _page(client, make_user("ali", programme="AUTRE"))
    assert "Campagne d’essai" not in _page(client, make_user("coord", "coordinator"))


@pytest.fixture
def held(areas: Areas) -> Batch:
    batch = Batch.objects.create(
        file_name="fiches.csv", file_hash="a", mapping_name="m", mapping_hash="b", source="essai",
        status="merged", households_read=3, households_merged=2, households_held=1, made_by=loader(),
    )  # fmt: skip
    Problem.objects.create(batch=batch, severity="error", file_name="fiches.csv", line=3, key="F-9", code="x")
    return batch


def test_held_interviews_wait_until_they_come_in(client: Client, areas: Areas, held: Batch) -> None:
    user = make_user("awa")
    assert f'href="/imports/{held.pk}/"' in _page(client, user)
    made = make_households(1, areas.villages[0])
    Household.objects.filter(pk__in=made).update(source="essai", source_key="F-9")
    assert f'href="/imports/{held.pk}/"' not in _page(client, user)


def test_the_count_stands_beside_the_journey(client: Client, areas: Areas, held: Batch) -> None:
    page = _page(client, make_user("awa"))
    assert 'Imports <b title="à faire">1</b>' in page


def test_failed_work_is_shown_to_the_one_who_asked(client: Client, areas: Areas) -> None:
    awa = make_user("awa")
    run = Run.objects.create(kind="essai", title="Travail d’essai", by=awa)
    assert "Travail d’essai" in _page(client, awa)
    assert "Travail d’essai" not in _page(client, make_user("ali"))
    assert client.get(f"/executions/{run.pk}/").status_code == 404
    client.force_login(awa)
    assert "data-follow" in client.get(f"/executions/{run.pk}/").content.decode()


def test_who_sees_the_thing_sees_the_work_done_on_it(client: Client, areas: Areas) -> None:
    shown = peopled(1).prepared()
    run = Run.objects.get(subject=f"payment_round:{shown.pk}")
    client.force_login(make_user("tresor", "treasurer"))
    page = client.get(f"/executions/{run.pk}/").content.decode()
    assert "Préparation" in page and f'href="/paiements/{shown.pk}/"' in page
    client.force_login(make_user("loin", "treasurer", make_commune("ML030101")))
    assert client.get(f"/executions/{run.pk}/").status_code == 404
