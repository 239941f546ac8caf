"""Wrong money, 10: one agency could read another agency's lists."""

from __future__ import annotations

import uuid

import pytest

from jigi.payments.models import OrderFile
from jigi.programmes.models import Agency
from tests.factories import ProvedClient, make_areas, make_component, make_enrolments, make_households, make_user
from tests.payments.scene import scene_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fenced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.FENCED", True)


def asked() -> dict[str, str]:
    return {"format": "csv", "cle": str(uuid.uuid4())}


def test_an_agency_takes_its_own_orders_and_does_not_know_of_the_others() -> None:
    areas = make_areas(communes=2)
    component = make_component(areas.communes, agencies={"AUTRE": areas.communes[1:]})
    for village in (areas.villages[0], areas.villages[2]):
        make_enrolments(component, make_households(2, village), cohort=village.code)
    released = scene_of(component, areas.communes).released()
    own, other = Agency.objects.get(code="AGENCE-ESSAI"), Agency.objects.get(code="AUTRE")
    user = make_user("agent", "agency_user")
    user.staff_postings.update(organisation=own.code)
    client = ProvedClient()
    client.force_login(user)
    page = client.get(f"/paiements/{released.pk}/ordres/").content.decode()
    assert str(own) in page and str(other) not in page
    assert client.get("/aujourdhui/").content.decode().count(f"/agence/{own.code}/tours/{released.pk}/") == 1
    taken = client.post(f"/paiements/{released.pk}/ordres/{own.pk}/", asked())
    assert len(b"".join(taken).decode().splitlines()) == 3  # type: ignore[arg-type]
    assert OrderFile.objects.get().made_by == user
    for method in (client.get, client.post):
        assert method(f"/paiements/{released.pk}/ordres/{other.pk}/", asked()).status_code == 404
    for address in ("", "lignes/", "listes/"):
        assert client.get(f"/paiements/{released.pk}/{address}").status_code == 404
