"""The pages of the pay points: the plan, its lists on paper and in a workbook, for the round's hands and the agency."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jigi.foundation.models import AuditEvent, User
from jigi.payments import site_records
from jigi.payments.models import PaymentRound, SiteDay, SitePlan
from jigi.payments.site_rules import opening_day
from jigi.programmes.models import Agency
from tests.factories import ProvedClient, make_user
from tests.payments.scene import Scene
from tests.payments.test_site_plans import TO_COME, planned, staged
from tests.payments.test_site_records import paid

pytestmark = pytest.mark.django_db


def signed(scene: Scene, *, agency: bool = False) -> ProvedClient:
    """A browser of who handles the round, or of a cashier of its agency."""
    client = ProvedClient()
    user = make_user("caissiere", "agency_user") if agency else scene.officer
    if agency:
        user.staff_postings.update(organisation=scene.agency.code)
    client.force_login(user)
    return client


def address(scene: Scene, released: PaymentRound, more: str = "") -> str:
    return f"/paiements/{released.pk}/sites/{scene.agency.pk}/{more}"


@pytest.mark.parametrize("agency", [False, True])
def test_a_plan_is_made_from_the_page(agency: bool) -> None:
    scene, released = staged(2, 3)
    client = signed(scene, agency=agency)
    assert "Aucune journée" in client.get(address(scene, released)).content.decode()
    asked = {"cle": str(uuid.uuid4()), "du": TO_COME.isoformat(), "capacite": "3"}
    page = client.post(address(scene, released), asked, follow=True).content.decode()
    assert "5 allocataires répartis" in page and "Site d&#x27;essai" in page
    assert SiteDay.objects.count() == 2


def test_a_village_is_moved_from_the_page_of_its_day() -> None:
    scene, released = staged(2, 3)
    planned(scene, released)
    first, second = SiteDay.objects.order_by("day")
    client = signed(scene)
    village = second.lines.first().village_id  # type: ignore[union-attr]
    to = opening_day(first.day + timedelta(days=9))
    asked = {"cle": str(uuid.uuid4()), "village": str(village), "jour": to.isoformat()}
    page = client.post(address(scene, released, f"jours/{second.pk}/"), asked, follow=True).content.decode()
    assert "vient désormais" in page
    assert [one.day for one in SiteDay.objects.order_by("day")] == [first.day, to]


def test_a_day_shows_what_was_paid_twice_to_its_agency() -> None:
    scene, released = staged(2)
    planned(scene, released)
    client = signed(scene, agency=True)
    by = User.objects.get(username="caissiere")
    for device in (uuid.uuid4(), uuid.uuid4()):
        site_records.take(device, [paid()], by=by)
    page = client.get(address(scene, released, f"jours/{SiteDay.objects.get().pk}/")).content.decode()
    assert "Payés deux fois" in page and "à reprendre" in page


def test_the_lists_are_printed_and_the_trace_names_who_was_read() -> None:
    scene, released = staged(2, 1)
    planned(scene, released)
    answer = signed(scene).get(address(scene, released, "liste/"))
    if folder := os.environ.get("JIGI_SCREENS_IN"):
        Path(folder, "liste.pdf").write_bytes(answer.content)
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    event = AuditEvent.objects.filter(verb="print", noun="site_plan").get()
    assert sorted(event.subjects) == sorted(scene.households)


def test_the_workbook_carries_the_hash_of_the_frozen_list() -> None:
    scene, released = staged(2, 1)
    planned(scene, released, capacity=2)
    content = b"".join(signed(scene).get(address(scene, released, "classeur/")))  # type: ignore[arg-type]
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert {row[-1] for row in rows[1:]} == {released.list_hash}
    assert sum(row[10] for row in rows[1:]) == released.total_xof
    assert [row[3] for row in rows[1:]] == [1, 2, 1]


def test_another_agency_and_who_only_sees_know_nothing_of_the_plan() -> None:
    scene, released = staged(1)
    planned(scene, released)
    other = Agency.objects.create(code="AUTRE", name="Autre", kind="cash")
    stranger = make_user("autre", "agency_user")
    stranger.staff_postings.update(organisation=other.code)
    reader = make_user("lecture", "social_officer", scene.communes[0])
    for user in (stranger, reader):
        client = ProvedClient()
        client.force_login(user)
        for more in ("", "liste/", "classeur/", f"jours/{SiteDay.objects.get().pk}/"):
            assert client.get(address(scene, released, more)).status_code == 404
    assert SitePlan.objects.get().made_at <= timezone.now()
