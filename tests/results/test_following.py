"""Agreements, agencies and operators followed: their counts are those of the rows, and nobody sees another's."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from python_calamine import CalamineWorkbook

from jigi.delivery.contracts.models import Operator
from jigi.foundation.bulk import counting_statements
from jigi.geography.models import Area
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agency
from jigi.results import dashboard, following
from jigi.results.following import Coverage, Events, Orders, median
from jigi.results.models import Covered, EventCount, OrderCount
from jigi.shocks.models import SignalValue
from tests.delivery.scene import make_agent as make_operator
from tests.delivery.sessions.play import play
from tests.factories import make_user
from tests.payments.agency_scene import make_agent
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Nine orders of one agency and agreement: eight paid on 10 February 2016, one came back."""
    made = paid(tmp_path)
    dashboard.refresh()
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    return made


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def drawn(client: Client, address: str) -> bytes:
    return b"".join(client.get(address).streaming_content)  # type: ignore[arg-type]


def agency_of(world: World) -> Agency:
    return world.scene.agency


def test_what_was_due_paid_and_came_back(world: World) -> None:
    seen = following.orders_seen(world.keeper, "agency", agency_of(world).code)
    told = following.orders(seen)
    assert (told.orders, told.paid, told.back, told.waiting) == (9, 8, 1, 0)
    assert (told.amount_xof, told.paid_xof, told.back_xof) == (270_000, 240_000, 30_000)
    assert following.orders(following.orders_seen(world.keeper, "agreement", "IDA-tm")) == told
    assert {area.code: one.orders for area, one in following.by_commune(seen)} == {
        world.here.code: 3, world.beside.code: 2, world.far.code: 4,
    }  # fmt: skip


@pytest.mark.parametrize(("first", "last", "days"), [(1, 10, 9), (8, 9, 2), (12, 20, 0)])
def test_in_time_is_by_the_last_day_planned(world: World, first: int, last: int, days: int) -> None:
    told = following.orders(following.orders_seen(world.keeper))
    assert (told.on_time, told.late, told.median_days) == (0, 0, None)  # a round without days is neither
    PaymentRound.objects.update(pays_from=date(2016, 2, first), pays_until=date(2016, 2, last))
    dashboard.refresh()
    ((quarter, told),) = following.by_quarter(following.orders_seen(world.keeper))
    in_time = last >= 10  # paid on the 10th
    assert quarter == "2016-T1" and told.median_days == days
    assert (told.on_time, told.late) == ((8, 0) if in_time else (0, 8))


def test_arrears_are_counted_apart(world: World, tmp_path: Path) -> None:
    world.again(tmp_path)
    dashboard.refresh()
    told = following.orders(following.orders_seen(world.keeper))
    assert (told.arrears, told.arrears_xof) == (1, 30_000)


@given(st.lists(st.integers(0, 30), max_size=40))
def test_the_middle_is_that_of_the_sorted_list(numbers: list[int]) -> None:
    counted = [(number, numbers.count(number)) for number in set(numbers)]
    assert median(counted) == (sorted(numbers)[(len(numbers) - 1) // 2] if numbers else None)


def test_counting_anew_is_five_statements_whatever_the_size(world: World) -> None:
    with counting_statements() as first:
        dashboard.refresh()
    OrderCount.objects.all().delete()
    with counting_statements() as second:
        dashboard.refresh()
    assert first.count == second.count and OrderCount.objects.exists() and dashboard.wrong() == []


@pytest.mark.parametrize("table", [OrderCount, Covered])
def test_a_touched_count_is_found(world: World, table: type[OrderCount]) -> None:
    table.objects.all().delete()
    kept = {"OrderCount": "orders", "Covered": "covered"}[table.__name__]
    assert {one["kept"] for one in dashboard.wrong()} == {kept}
    dashboard.refresh()
    assert dashboard.wrong() == []


def test_an_agency_sees_its_own_alone(client: Client, world: World) -> None:
    other = Agency.objects.create(code="AUTRE", name="Autre agence", kind="bank")
    client.force_login(make_agent(agency_of(world), "agent-un"))
    text = text_of(client, f"/resultats/agences/{agency_of(world).code}/")
    assert "Ordres 9" in text and "Revenus sans paiement 1" in text
    client.force_login(make_agent(other, "agent-autre"))
    assert client.get(f"/resultats/agences/{agency_of(world).code}/").status_code == 404
    assert client.get("/resultats/conventions/IDA-tm/").status_code == 404
    assert "Aucun ordre libéré" in text_of(client, "/resultats/agences/AUTRE/")
    assert client.get("/resultats/conventions/").status_code == 404
    assert agency_of(world).name not in text_of(client, "/resultats/agences/")


def test_an_agency_posted_in_one_programme_sees_no_order_of_another(world: World) -> None:
    person = make_agent(agency_of(world), "agent-ailleurs", programme="autre")
    assert following.orders(following.orders_seen(person, "agency", agency_of(world).code)) == Orders()


def test_a_region_sees_what_was_paid_there(client: Client, world: World) -> None:
    client.force_login(world.regional())
    assert "Ordres 5" in text_of(client, "/resultats/conventions/IDA-tm/")
    assert client.get(f"/resultats/conventions/IDA-tm/?lieu={world.far.pk}").status_code == 404
    client.force_login(make_user("agent-terrain", "enumerator", world.here))
    assert client.get("/resultats/conventions/").status_code == 404


def test_the_page_downloads_and_prints(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    address = "/resultats/conventions/IDA-tm/"
    page = client.get(address).content.decode()
    assert 'class="chart"' in page and 'class="map"' in page
    lines = b"".join(client.get(f"{address}?format=csv").streaming_content).decode().splitlines()  # type: ignore[arg-type]
    assert lines[0].startswith("\ufeffCode;Région;Commune") and lines[1].startswith("#adm+code;#adm1+name")
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{address}?format=xlsx").content))
    assert book.get_sheet_by_index(0).to_python()[2][4] == 3
    assert drawn(client, f"{address}?format=svg").startswith(b"<svg")
    with Image.open(BytesIO(drawn(client, f"{address}?format=png"))) as image:
        assert image.format == "PNG" and image.width > 600
    assert "Imprimer" not in text_of(client, f"{address}?imprimer=1")


@pytest.mark.parametrize(
    "address", ["/resultats/agences/{agency}/", "/resultats/conventions/IDA-tm/", "/resultats/tableau/"]
)
def test_a_name_that_would_run_in_a_table_is_text(client: Client, world: World, address: str) -> None:
    """Files open in Excel in French (mark, semicolons), and no cell of theirs is a formula."""
    Area.objects.filter(pk=world.here.pk).update(name='=1+1;"x"')
    client.force_login(world.keeper)
    asked = address.format(agency=agency_of(world).code)
    lines = b"".join(client.get(f"{asked}?format=csv").streaming_content).decode()  # type: ignore[arg-type]
    assert lines.startswith("\ufeff") and ';"\'=1+1;""x""";' in lines
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{asked}?format=xlsx").content))
    assert '\'=1+1;"x"' in [row[2] for row in book.get_sheet_by_index(0).to_python()]


def test_the_place_says_delays_and_coverage(client: Client, world: World) -> None:
    country = world.region.parent
    assert country is not None
    client.force_login(world.keeper)
    text = text_of(client, "/resultats/tableau/")
    assert "chargez une analyse du Cadre Harmonisé" in text and "Ordres 9" in text
    for kind in ("xlsx", "svg", "png"):
        assert client.get(f"/resultats/tableau/?format={kind}").status_code == 200
    Area.objects.filter(level="commune").update(population=1000)
    cercle = world.here.parent
    for area, value in ((cercle, 400.0), (world.region, 9_999.0)):
        SignalValue.objects.create(
            signal="ch_phase35", source="ch", area=area, starts_on="2016-06-01", ends_on="2016-08-31",
            published_on="2016-03-31", status="final", outlook="observed", value=value,
        )  # fmt: skip
    covered = following.coverage(world.keeper, world.region)
    communes = Area.objects.filter(level="commune", path__startswith=world.region.path).count()
    persons = sum(Covered.objects.filter(commune__in=(world.here, world.beside)).values_list("persons", flat=True))
    assert covered == Coverage(persons, communes * 1000, communes * 436, 400, "06/2016 à 08/2016") and persons > 0
    assert "Cadre Harmonisé, 06/2016 à 08/2016" in text_of(client, f"/resultats/tableau/?lieu={world.region.pk}")


def test_an_operator_s_counts_add_up(client: Client, world: World) -> None:
    """Counts as the statement writes them; the statement is proved against the rows by every refresh."""
    operator = Operator.objects.create(code="ONG-Z", name="ONG Z (essai)", kind="ngo")
    Operator.objects.create(code="ONG-Y", name="ONG Y (essai)", kind="ngo")
    for done, days, events in ((True, 0, 5), (True, 4, 2), (False, None, 3)):
        EventCount.objects.create(
            commune=world.here, programme="tm", operator="ONG-Z", sort="sessions", quarter="2016-T1", done=done,
            days=days, events=events,
        )  # fmt: skip
    person = make_operator("animateur", operator, world.here)
    assert following.events(following.events_seen(person, "ONG-Z")) == [Events("sessions", 10, 7, 5, 0)]
    client.force_login(person)
    assert "7 sur 10 prévues ; 5 au jour prévu" in text_of(client, "/resultats/operateurs/ONG-Z/")
    assert client.get("/resultats/operateurs/ONG-Y/").status_code == 404
    assert {one["kept"] for one in dashboard.wrong()} == {"events"}  # no row stands behind them


def test_sessions_are_counted_by_the_day_they_were_planned_for() -> None:
    scene = play()
    first, *_ = scene.planned(villages=2)
    scene.held(first, day=first.planned_on)
    dashboard.refresh()
    found = following.events_seen(make_user("mariam", "monitoring_officer"), scene.scene.operator.code)
    assert following.events(found) == [Events("sessions", 2, 1, 1, 0)]
    assert following.events_by_quarter(found) == [("2016-T1", "sessions", 2, 1)]
    assert dashboard.wrong() == []


LIES = {
    "order_count_adds_up": {"orders": 1, "amount_xof": 1, "paid_xof": 2},
    "event_count_is_of_something": {"events": 0},
}


@pytest.mark.parametrize("name", LIES)
def test_counts_that_cannot_be(world: World, name: str) -> None:
    table = OrderCount if name.startswith("order") else EventCount
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        table.objects.create(commune=world.here, programme="tm", **LIES[name], **({} if table is OrderCount
                             else {"operator": "X", "sort": "works", "done": True}))  # fmt: skip
