"""The public pages: light, the same for everybody, read from the edition alone; the files of open data."""

from __future__ import annotations

import csv
import gzip
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jigi.geography.models import Area
from jigi.payments.models import SiteDay, SitePlan
from jigi.portal import content
from jigi.portal.models import Edition
from jigi.registry.models import Household
from jigi.results import actions as results
from jigi.results.models import Snapshot
from jigi.web.portal import pages
from tests.portal.world import Portal, portal

pytestmark = pytest.mark.django_db
MOST_BYTES = 30_000
PAGES = ("home", "portal_places", "portal_chosen", "portal_results", "portal_documents", "portal_contacts",
         "portal_data", "portal_ask")  # fmt: skip
FILES = ("portal_csv", "portal_hxl", "portal_json", "portal_dictionary")
PLACES = ("ML01", "ML010501", "ML030101")


@pytest.fixture
def world(tmp_path: Path) -> Portal:
    """A year published in which the commune ML010502 and the one beside it are hidden."""
    made = portal(tmp_path, here=31, beside=4)
    results.sign(made.world.take(), "Relu et conforme", by=made.world.signer)
    made.publish()
    caches["process"].clear()
    return made


def _addresses() -> list[str]:
    return [reverse(name) for name in PAGES] + [reverse("portal_place", args=[code]) for code in PLACES]


def _page(client: Client, address: str) -> str:
    return client.get(address).content.decode().replace("\u202f", " ")


def test_before_the_first_edition_pages_say_so(client: Client, db: None) -> None:
    caches["process"].clear()
    assert "Rien n’est encore publié" in _page(client, "/")
    assert all(client.get(reverse(name)).status_code == 200 for name in (*PAGES, *FILES))


def test_home_says_what_was_paid_and_to_how_many(client: Client, world: Portal) -> None:
    page = _page(client, "/")
    assert "<dt>Ménages payés en 2016</dt><dd>67<small>" in page
    assert "<dd>2 010 000<small>FCFA" in page


def test_a_commune_page_hides_what_is_small_and_what_would_give_it_back(client: Client, world: Portal) -> None:
    assert '<th scope="row">2016</th><td class="num">masqué' in _page(client, "/portail/lieux/ML010501/")
    assert '<th scope="row">2016</th><td class="num">33' in _page(client, "/portail/lieux/ML030101/")
    region = _page(client, "/portail/lieux/ML01/")
    assert region.count("masqué") == 4 and '<th scope="row">2016</th><td class="num">34' in region


def test_a_place_that_no_edition_knows_is_not_found(client: Client, world: Portal) -> None:
    assert client.get("/portail/lieux/ML99/").status_code == 404


def test_the_next_payments_are_told_with_their_place(client: Client, tmp_path: Path) -> None:
    made = portal(tmp_path)
    scene = made.world.scene
    payment_round = scene.component.rounds.get()
    plan = SitePlan.objects.create(
        payment_round=payment_round, agency=scene.agency, first_day=timezone.localdate(), capacity=100,
        list_hash=payment_round.list_hash, made_by=scene.officer,
    )  # fmt: skip
    SiteDay.objects.create(plan=plan, commune=made.world.here, pay_point="École de Dabani", day=timezone.localdate())
    SiteDay.objects.create(
        plan=plan, commune=made.world.here, pay_point="Trop tard", day=timezone.localdate() + 2 * content.AHEAD
    )
    made.publish()
    caches["process"].clear()
    page = _page(client, "/portail/lieux/ML010501/")
    assert "École de Dabani" in page and "Trop tard" not in page


def test_results_are_those_of_the_signed_snapshot(client: Client, world: Portal) -> None:
    page = _page(client, reverse("portal_results"))
    assert "comptés puis signés par une autre personne" in page and "67" in page
    assert Snapshot.objects.get().digest in _page(client, reverse("portal_documents"))


def test_contacts_are_those_of_the_settings(client: Client, world: Portal, settings: object) -> None:
    settings.CONTACT_PHONE = "+223 20 00 00 00"  # type: ignore[attr-defined]
    settings.CONTACT_EMAIL = "contact@example.org"  # type: ignore[attr-defined]
    pages._written.cache_clear()
    page = _page(client, reverse("portal_contacts"))
    pages._written.cache_clear()
    assert "+223 20 00 00 00" in page and "contact@example.org" in page


def test_every_page_is_light_with_its_style_and_without_script(client: Client, world: Portal) -> None:
    style = Path(finders.find("portal.css")).stat().st_size
    for address in _addresses():
        page = client.get(address).content
        assert len(page) + style < MOST_BYTES, address
        assert b"<script" not in page and page.count(b'rel="stylesheet"') == 1, address


def test_the_fullest_pages_are_light_too(client: Client, world: Portal) -> None:
    """A region of 115 communes (the most of Mali is 108), a commune of 20 worksites and 40 days of payment."""
    worksite = ["Digue de protection contre les inondations de la plaine", "2016-01-01", "2016-06-30"]
    commune = {
        "name": "Diafarabé-sur-Diaka", "cercle": "Ténenkou", "region": "ML07", "region_name": "Mopti",
        "sessions": 5_000, "last_session": "2016-01-01", "worksites": [worksite] * 20,
    }  # fmt: skip
    places = [{**commune, "code": f"ML07{n:04}"} for n in range(115)]
    days = [["2990-01-01", "École fondamentale du second cycle de Diafarabé"]] * content.MOST_PAYDAYS
    said = {**Edition.objects.get().content, "places": places, "paydays": {"ML070001": days}}
    Edition.objects.create(through=2016, content=said, digest="1" * 64)
    caches["process"].clear()
    style = Path(finders.find("portal.css")).stat().st_size
    for code in ("ML07", "ML070001"):
        page = client.get(reverse("portal_place", args=[code])).content
        assert b"Diafarab" in page and len(page) + style < MOST_BYTES, (code, len(page) + style)


class _Outline(HTMLParser):
    """The marks that a reader without eyes needs: titles in order, names of fields and of cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.counts = {"main": 0, "h1": 0, "title": 0}
        self.unnamed: list[str] = []
        self.inside: list[str] = []
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "html":
            self.language = said.get("lang") or ""
        if tag in self.counts:
            self.counts[tag] += 1
        if tag in ("h1", "h2", "h3"):
            self.levels.append(int(tag[1]))
        if tag == "th" and "scope" not in said:
            self.unnamed.append(tag)
        if tag in ("input", "select") and said.get("type") != "hidden" and "label" not in self.inside:
            self.unnamed.append(tag)
        if tag == "label":
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.inside.pop()


def test_every_page_is_read_aloud_in_order(client: Client, world: Portal) -> None:
    for address in _addresses():
        seen = _Outline(_page(client, address))
        assert (seen.language, seen.counts["main"], seen.counts["h1"], seen.unnamed) == ("fr", 1, 1, []), address
        assert all(after - before <= 1 for before, after in zip(seen.levels, seen.levels[1:], strict=False)), address


def test_a_first_visitor_costs_three_statements_and_the_next_none(client: Client, world: Portal) -> None:
    pages._known.cache_clear(), pages._written.cache_clear()
    for address, most in (("/", 3), ("/", 0), ("/portail/lieux/ML010501/", 0), ("/portail/lieux/ML030101/", 0)):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) == most, address
    assert not [one for one in asked if "registry_" in one["sql"] or "payments_" in one["sql"]]


def test_the_next_edition_is_read_with_one_statement_more(client: Client, world: Portal) -> None:
    client.get("/")
    caches["process"].clear()
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) == 1


def test_a_browser_that_has_the_page_is_told_so(client: Client, world: Portal) -> None:
    first = client.get("/")
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get("/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_the_page_is_kept_compressed(client: Client, world: Portal) -> None:
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == client.get("/").content


def test_who_is_signed_in_reads_the_same_page_and_nothing_is_kept(client: Client, world: Portal) -> None:
    client.force_login(world.publisher)
    page = client.get("/")
    assert page.content == Client().get("/").content
    assert page["Cache-Control"] == "no-store, private"


# --- open data ----------------------------------------------------------------------------------------------


def _rows(client: Client, name: str) -> list[dict[str, str]]:
    text = client.get(reverse(name)).content.decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_file_says_each_place_and_year(client: Client, world: Portal) -> None:
    found = {row["code"]: row for row in _rows(client, "portal_csv")}
    assert set(found) == {"ML", "ML01", "ML010501", "ML010502", "ML03", "ML030101"}
    assert (found["ML01"]["menages_payes"], found["ML01"]["francs_verses"]) == ("34", "1020000")
    assert [found["ML010502"][name] for name in ("menages_payes", "francs_verses", "masque")] == ["", "", "1"]


def test_hxl_tags_stand_under_the_names(client: Client, world: Portal) -> None:
    first, *others = _rows(client, "portal_hxl")
    assert first["menages_payes"] == "#reached+households+num" and len(others) == 6


def test_json_says_the_same_with_its_licence(client: Client, world: Portal) -> None:
    whole = json.loads(client.get(reverse("portal_json")).content)
    assert (whole["licence"], whole["hidden_under"]) == ("CC BY 4.0", 10)
    assert [row["code"] for row in whole["rows"]] == [row["code"] for row in _rows(client, "portal_csv")]
    assert whole["rows"][2] == {"annee": 2016, "code": "ML010501", "niveau": "commune",
                                "lieu": Area.objects.get(code="ML010501").name, "menages_payes": None,
                                "francs_verses": None, "masque": 1}  # fmt: skip


def test_every_column_is_in_the_dictionary(client: Client, world: Portal) -> None:
    told = [row["champ"] for row in _rows(client, "portal_dictionary")]
    assert told == [*_rows(client, "portal_csv")[0], "licence"]


def test_no_household_is_in_any_answer(client: Client, world: Portal) -> None:
    numbers = Household.objects.values_list("rsu_number", flat=True)
    for address in [*_addresses(), *(reverse(name) for name in FILES)]:
        page = client.get(address).content.decode()
        assert "Moussa" not in page and not any(number in page for number in numbers), address
