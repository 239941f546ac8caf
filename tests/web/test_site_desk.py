"""What the page of a cashier asks of the server: the list of a day, and that it takes what was recorded."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jigi.enrolment import cards
from jigi.foundation.models import AuditEvent
from jigi.payments import site_plans
from jigi.payments.models import SiteDay, SiteLine, SitePlan, SiteRecord
from jigi.payments.site_rules import opening_day
from jigi.programmes.models import Agency
from tests.factories import ProvedClient, make_user
from tests.payments.scene import Scene
from tests.payments.test_site_plans import staged

pytestmark = pytest.mark.django_db
HOME = "/paiements/site/"


@pytest.fixture
def scene() -> Scene:
    scene, released = staged(2)
    site_plans.plan(released, scene.agency, first_day=opening_day(timezone.localdate()), capacity=9, by=scene.officer)
    return scene


def cashier(code: str, name: str = "caissiere", client: Client | None = None) -> Client:
    user = make_user(name, "agency_user")
    user.staff_postings.update(organisation=code)
    client = client or ProvedClient()
    client.force_login(user)
    return client


def record(**said: Any) -> dict[str, Any]:
    line = SiteLine.objects.order_by("pk")[0].pk
    return {
        "number": str(uuid.uuid4()), "line": line, "said": "paid", "receiver": "recipient", "means": "card",
        "amount": 30_000, "at": timezone.now().isoformat(),
    } | said  # fmt: skip


def send(client: Client, *records: Any, device: str = "") -> Any:
    body = {"device": device or str(uuid.uuid4()), "records": list(records)}
    return client.post(f"{HOME}envoyer/", json.dumps(body), content_type="application/json")


def test_a_cashier_loads_the_days_of_their_agency(scene: Scene) -> None:
    by = make_user("fanta", "programme_manager")
    cards.issue(scene.component, scene.communes[0], by=by)
    client = cashier(scene.agency.code)
    (day,) = client.get(f"{HOME}moi/").json()["days"]
    assert day["expected"] == 2
    found = client.get(f"{HOME}jours/{day['id']}/").json()
    assert [line["total"] for line in found["lines"]] == [30_000, 30_000]
    assert all(len(line["card"]) == 16 for line in found["lines"]) and found["withdrawn"] == []
    assert found["hash"] == SitePlan.objects.get().list_hash and list(found["keys"]) == ["1"]
    # What paying needs, and nothing else of anybody.
    known = {"id", "n", "rsu", "recipient", "alternate", "village", "right", "arrears", "total", "state", "card"}
    assert {name for line in found["lines"] for name in line} == known
    event = AuditEvent.objects.get(verb="export", noun="site_plan")
    assert sorted(event.subjects) == sorted(scene.households)


def test_what_was_recorded_is_taken_once(scene: Scene) -> None:
    client, one, device = cashier(scene.agency.code), record(), str(uuid.uuid4())
    assert send(client, one, device=device).json()["results"][0]["outcome"] == "taken"
    (again,) = send(client, one, device=device).json()["results"]
    assert again == {"number": one["number"], "outcome": "known", "said": "Déjà reçu : rien n’a changé."}
    assert scene.balance("paid") == 30_000


def test_another_agency_neither_loads_nor_records(scene: Scene) -> None:
    Agency.objects.create(code="AUTRE", name="Autre", kind="cash")
    client = cashier("AUTRE")
    assert client.get(f"{HOME}moi/").json()["days"] == []
    assert client.get(f"{HOME}jours/{SiteDay.objects.get().pk}/").status_code == 404
    assert send(client, record()).json()["results"][0]["outcome"] == "refused"
    assert not SiteRecord.objects.exists()


def test_who_works_for_no_agency_has_no_such_page(scene: Scene) -> None:
    client = ProvedClient()
    client.force_login(scene.officer)
    for address in ("", "moi/", f"jours/{SiteDay.objects.get().pk}/"):
        assert client.get(HOME + address).status_code == 404
    assert send(client, record()).status_code == 404


def test_a_list_is_loaded_after_a_fresh_proof_only(scene: Scene) -> None:
    client = cashier(scene.agency.code, client=Client())
    assert client.get(f"{HOME}jours/{SiteDay.objects.get().pk}/").status_code == 302
    assert SiteDay.objects.get().loaded_at is None


@pytest.mark.parametrize(
    "said",
    [
        {"said": "perhaps"}, {"amount": -5}, {"amount": True}, {"amount": 0}, {"receiver": ""}, {"means": "luck"},
        {"at": "hier"}, {"at": "2026-03-02T10:00:00"}, {"at": "2026-13-45T10:00:00Z"}, {"number": "12"},
        {"line": "1"}, {"line": 2**63}, {"said": "absent"}, {"said": []}, {"means": {}},
    ],
)  # fmt: skip
def test_a_record_that_says_nonsense_is_refused_whole_and_named(scene: Scene, said: dict[str, Any]) -> None:
    answer = send(cashier(scene.agency.code), record(), record(**said))
    assert answer.status_code == 422 or answer.status_code == 400
    assert "2" in answer.json()["said"] and "Rien n’a été enregistré" in answer.json()["said"]
    assert not SiteRecord.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", '{"device": 1}', '{"device": "x", "records": []}', "[" * 100_000])
def test_a_body_that_is_no_sending_is_refused(scene: Scene, body: str) -> None:
    answer = cashier(scene.agency.code).post(f"{HOME}envoyer/", body, content_type="application/json")
    assert answer.status_code in (400, 422) and "Rien n’a été enregistré" in answer.json()["said"]


def test_a_form_is_no_sending(scene: Scene) -> None:
    assert cashier(scene.agency.code).post(f"{HOME}envoyer/", {"device": "x"}).status_code == 400


def test_the_camera_is_allowed_on_this_page_only_and_the_worker_serves_nothing_else(scene: Scene) -> None:
    client = cashier(scene.agency.code)
    assert "camera=(self)" in client.get(HOME)["Permissions-Policy"]
    assert "camera=()" in client.get(f"{HOME}moi/")["Permissions-Policy"]
    worker = client.get(f"{HOME}hors-ligne.js")
    assert worker["Service-Worker-Allowed"] == HOME and worker.status_code == 200
