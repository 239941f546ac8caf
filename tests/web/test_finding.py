"""The page that finds a person: what it shows, why, what it says when nobody answers, what it leaves in the audit."""

from __future__ import annotations

import uuid
from io import BytesIO

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from jigi.foundation.models import AuditEvent
from jigi.registry.models import Household, Person, Phone
from tests.factories import Areas, make_households, make_user

PAGE = "/menages/chercher/"


@pytest.fixture
def here(areas: Areas) -> Household:
    """The household of Fatoumata Coulibaly, called Vieille, in the first village."""
    mine = make_households(1, areas.villages[0], prefix="ici")[0]
    head = Person.objects.filter(memberships__household=mine, memberships__relation="head")
    head.update(given_names="Fatoumata", surname="Coulibaly", nickname="Vieille", mother_name="Awa Traoré")
    return Household.objects.get(pk=mine)


@pytest.fixture
def officer(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("kadi", "social_officer", areas.communes[0]))
    return client


def _page(client: Client, **asked: str) -> str:
    return client.get(PAGE, asked).content.decode()


def test_a_person_is_shown_with_household_place_and_reason(officer: Client, here: Household) -> None:
    page = _page(officer, q="fatim kulibali")
    for told in ("Fatoumata Coulibaly", "« Vieille »", here.rsu, "Village fictif 1", "écrit Fatoumata", "vers 1970"):
        assert told in page, told


def test_filters_narrow(officer: Client, here: Household) -> None:
    kept = {"lieu": "ML010501-001", "ne": "1972", "parent": "hawa", "sexe": "M"}
    assert here.rsu in _page(officer, q="Coulibaly", **kept)
    for name, other in (("lieu", "ML010501-002"), ("ne", "1985"), ("parent", "Keita"), ("sexe", "F")):
        assert here.rsu not in _page(officer, q="Coulibaly", **(kept | {name: other})), name


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"q": "Coulibaly", "ne": "jadis"}, "ni une année ni un âge"),
        ({"q": "Coulibaly", "lieu": "nulle part"}, "Aucun lieu ne s’appelle"),
        ({"q": "Coulibaly", "sexe": "X"}, "n’est pas un sexe"),
        ({"q": "Ogobara Dolo"}, "Essayez avec moins"),
        ({}, "Écrivez deux noms"),
    ],
)
def test_what_finds_nobody_says_what_to_do(officer: Client, here: Household, asked: dict[str, str], said: str) -> None:
    page = _page(officer, **asked)
    assert said in page and here.rsu not in page


def test_the_dead_and_former_members_are_shown_as_such_when_they_are_asked_for(
    officer: Client, here: Household
) -> None:
    here.memberships.filter(line=1).update(ended_on="2016-01-01", end_reason="departure")
    page = _page(officer, q="fatim kulibali")
    assert here.rsu not in page and "membres présents seulement" in page and "q=fatim+kulibali&amp;anciens=oui" in page
    page = _page(officer, q="fatim kulibali", anciens="oui")
    assert here.rsu in page and "ancien membre" in page and "jusqu’au 1er janvier 2016, départ" in page
    Person.objects.filter(surname="Coulibaly").update(died_on="2016-01-01")
    assert "décès le 01/01/2016" in _page(officer, q="fatim kulibali", anciens="oui")
    assert "membres présents seulement" not in _page(officer, q="Ogobara Dolo", anciens="oui")


def test_an_age_is_a_year(officer: Client, here: Household) -> None:
    Person.objects.update(birth_date="1970-01-01")
    assert here.rsu in _page(officer, q="Coulibaly", ne=str(timezone.localdate().year - 1970))


def test_a_number_or_a_card_leads_straight_to_the_household(officer: Client, here: Household) -> None:
    for typed in (here.rsu, f"https://exemple.invalid/menages/{here.rsu}/"):
        assert officer.get(PAGE, {"q": typed}).url == f"/menages/{here.rsu}/"


def test_what_was_shown_is_kept_without_whole_telephones(officer: Client, here: Household) -> None:
    Phone.objects.create(person=here.memberships.get(line=1).person, number="76543210")
    assert "téléphone" in _page(officer, q="76543210")
    event = AuditEvent.objects.get(verb="search", object_id="personnes")
    assert event.subjects == [here.pk] and "7654" not in event.after["asked"]["q"]


def test_a_page_without_a_search_reads_nobody(officer: Client, here: Household) -> None:
    _page(officer)
    assert not AuditEvent.objects.filter(verb="search").exists()


def test_more_persons_ask_no_more_of_the_database(
    officer: Client, here: Household, areas: Areas, django_assert_max_num_queries: object
) -> None:
    make_households(40, areas.villages[0], prefix="encore")
    Person.objects.update(given_names="Fatoumata", surname="Coulibaly")
    with django_assert_max_num_queries(35):  # type: ignore[operator]
        assert "50 personnes, les plus proches" in _page(officer, q="Fatoumata Coulibaly")


def _square(text: str, *, turned: int = 0) -> SimpleUploadedFile:
    """A photograph of a card's square."""
    kept = BytesIO()
    segno.make(text, error="m").save(kept, kind="png", scale=6, border=4)
    image = Image.open(kept).convert("RGB").rotate(turned, expand=True, fillcolor="white")
    photo = BytesIO()
    image.save(photo, "JPEG", quality=60)
    return SimpleUploadedFile("carte.jpg", photo.getvalue(), "image/jpeg")


@pytest.mark.parametrize("turned", [0, 90, 25])
def test_a_photograph_of_a_card_leads_to_its_household(officer: Client, here: Household, turned: int) -> None:
    sent = {"cle": str(uuid.uuid4()), "photo": _square(f"RSU1:{here.rsu_number}", turned=turned)}
    answer = officer.post("/menages/carte/", sent)
    assert answer.headers["Location"] == f"/menages/{here.rsu}/"
    event = AuditEvent.objects.filter(verb="search").latest("pk")
    assert (event.subjects, event.after["asked"]) == ([here.pk], {"carte": here.rsu_number})


@pytest.mark.parametrize(
    ("photo", "says"),
    [
        (_square("https://exemple.ml"), "Aucun carré de carte"),
        (SimpleUploadedFile("carte.jpg", b"\xff\xd8\xff"), "ne se lit pas"),
        (None, "Aucune photographie"),
    ],
)
def test_a_photograph_without_a_card_says_what_to_do(
    officer: Client, here: Household, photo: SimpleUploadedFile | None, says: str
) -> None:
    sent = {"cle": str(uuid.uuid4())} | ({"photo": photo} if photo else {})
    assert says in officer.post("/menages/carte/", sent, follow=True, headers={"referer": PAGE}).content.decode()


def test_the_card_of_another_commune_leads_nowhere(officer: Client, areas: Areas) -> None:
    other = Household.objects.get(pk=make_households(1, areas.villages[-1])[0])
    sent = {"cle": str(uuid.uuid4()), "photo": _square(f"RSU1:{other.rsu_number}")}
    page = officer.post("/menages/carte/", sent, follow=True).content.decode()
    assert "pas dans les communes" in page and other.head_name not in page
